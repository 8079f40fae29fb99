import type { CatalogEntry } from '../../../lib/contract/inventory';
import type { DatabaseSettings } from '../../../lib/contract/manifest';
import { chooseTables } from '../../../lib/postgres/part/choose-tables';

const table = (identity: string, facts: CatalogEntry['facts'] = {}): CatalogEntry => ({
  kind: 'table',
  identity,
  facts,
});

const CATALOG = [
  table('public.invoice'),
  table('crm.invoice'),
  table('crm.customer'),
  table('public."Odd, name"'),
  table('public.whole', { 'partition key': 'LIST (x)' }),
  table('public.part', { parents: 'public.whole', 'partition bound': 'DEFAULT' }),
  table('public.below', { parents: 'public.part', 'partition bound': 'DEFAULT' }),
  table('public.heir', { parents: 'public.invoice, public."Odd, name"' }),
];

function choose(patterns: readonly string[], settings: readonly string[] = []) {
  const databaseSettings = {
    settings: settings.map((setting) => ({ role: null, setting })),
  } as unknown as DatabaseSettings;
  const { named, withRows, parents, notes } = chooseTables({ catalog: CATALOG, databaseSettings }, patterns);
  const names = (tables: readonly { schema: string; name: string }[]) =>
    tables.map(({ schema, name }) => `${schema}.${name}`);
  return { named: names(named), withRows: names(withRows), parents: names(parents), notes };
}

test.each([
  [['invoice'], [], ['public.invoice']],
  [['invoice'], ['search_path=crm, public'], ['public.invoice', 'crm.invoice']],
  [['crm.*'], [], ['crm.invoice', 'crm.customer']],
  [['*.invoice'], [], ['public.invoice', 'crm.invoice']],
  [['"Odd, name"'], [], ['public.Odd, name']],
  [['CRM.Cust?mer'], [], ['crm.customer']],
])('%j under %j means %j', (patterns, settings, expected) => {
  expect(choose(patterns, settings).named).toEqual(expected);
});

test('a partitioned table brings partitions of every level, a partition what is above it', () => {
  expect(choose(['whole'])).toMatchObject({
    named: ['public.whole'],
    withRows: ['public.whole', 'public.part', 'public.below'],
    parents: [],
  });
  expect(choose(['below'])).toMatchObject({
    named: ['public.below'],
    withRows: ['public.below'],
    parents: ['public.part', 'public.whole'],
  });
});

test('a partition named beside its whole is not counted twice', () => {
  expect(choose(['part', 'whole']).named).toEqual(['public.whole']);
});

test('tables that inherit from a chosen one are told, where they are not chosen too', () => {
  expect(choose(['"Odd, name"']).notes).toEqual([expect.stringContaining('public.heir')]);
  expect(choose(['invoice', 'heir', '"Odd, name"']).notes).toEqual([]);
});

test('a pattern that means nothing names the nearest tables', () => {
  expect(() => choose(['custmer'])).toThrow(/Nearest: crm\.customer,/);
});
