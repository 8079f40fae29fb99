import type { Catalog, CatalogEntry } from '../../../lib/contract/inventory';
import { CATALOG_SPECS } from '../../../lib/postgres/catalog/all-specs';
import { compareCatalogs } from '../../../lib/postgres/compare/compare-catalogs';

const scope = (kind: string, ...facts: string[]): CatalogEntry => ({
  kind: 'scope',
  identity: kind,
  facts: Object.fromEntries(facts.map((fact) => [fact, true])),
});
const SCOPES = [
  scope('table', 'persistence'),
  scope('column', 'table', 'position', 'type', 'not null', 'options'),
  scope('function', 'definition'),
  scope('owner of', 'owner'),
];
const table = (identity: string, facts = {}): CatalogEntry => ({ kind: 'table', identity, facts });
const column = (of: string, name: string, facts = {}): CatalogEntry => ({
  kind: 'column',
  identity: `${of}.${name}`,
  facts: { table: of, ...facts },
});
const lines = (expected: Catalog, actual: Catalog, owners = true) =>
  compareCatalogs([...SCOPES, ...expected], [...SCOPES, ...actual], { owners }).map(
    (difference) => `${difference.class}: ${difference.subject} ${difference.text}`,
  );

test('the fact that differs is named with both values', () => {
  const was = column('public.invoice', 'total', { type: 'numeric(10,2)', 'not null': true });
  const is = column('public.invoice', 'total', { type: 'numeric' });
  expect(lines([was], [is])).toEqual([
    'schema: column public.invoice.total type: is numeric, was numeric(10,2)',
    'schema: column public.invoice.total not null: is not set, was yes',
  ]);
});

test('a missing table is one difference, without its columns', () => {
  const parts = [column('public.t', 'a'), column('public.t', 'b')];
  expect(lines([table('public.t'), ...parts], [])).toEqual(['schema: table public.t is missing']);
  expect(lines([], [table('public.t'), ...parts])).toEqual([
    'schema: table public.t is there but was not in the backup',
  ]);
});

test('a missing column does not move the ones after it', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name, index) => column('t', name, { position: index + 1 }));
  expect(lines([a!, b!, c!], [a!, column('t', 'c', { position: 2 })])).toEqual([
    'schema: column t.b is missing',
  ]);
});

test('long texts are cut to where they begin to differ', () => {
  const definition = (middle: string) => `${'x'.repeat(500)}${middle}${'y'.repeat(500)}`;
  const of = (middle: string) => ({
    kind: 'function',
    identity: 'f()',
    facts: { definition: definition(middle) },
  });
  const [line] = lines([of('before')], [of('after')]);
  expect(line).toMatch(/is …x+after y*|is …x+aftery+…, was …x+beforey+…$/);
  expect(line!.length).toBeLessThan(400);
});

test('owners are compared only where a restore was asked for them', () => {
  const owned = (owner: string) => ({ kind: 'owner of', identity: 'table t', facts: { owner } });
  expect(lines([owned('a')], [owned('b')])).toEqual(['schema: owner of table t owner: is b, was a']);
  expect(lines([owned('a')], [owned('b')], false)).toEqual([]);
});

test.each([
  ['pg_attver=26465288', undefined, []],
  ['n_distinct=5, pg_attver=26465288', 'n_distinct=5', []],
  ['pg_attver=1', 'n_distinct=5', ['schema: column t.a options: is n_distinct=5, was not set']],
  ['n_distinct=5, pg_attver=1', undefined, ['schema: column t.a options: is not set, was n_distinct=5']],
])("the server's own notes on a column are no difference: was %s, is %s", (was, is, told) => {
  const withOptions = (options?: string) => column('t', 'a', options === undefined ? {} : { options });
  expect(lines([withOptions(was)], [withOptions(is)])).toEqual(told);
});

test('a fact that the backup did not record is no difference; one that cannot be read now is reported', () => {
  const newer = [scope('table', 'persistence', 'options'), table('t', { options: 'fillfactor=70' })];
  const older = [scope('table', 'persistence'), table('t')];
  const compared = (was: Catalog, is: Catalog) => compareCatalogs(was, is, { owners: true });
  expect(compared(older, newer)).toEqual([]);
  expect(compared(newer, older)).toMatchObject([{ class: 'environment', subject: 'table: options' }]);
  expect(compared([...older, scope('hologram')], older)).toMatchObject([
    { class: 'environment', subject: 'hologram' },
  ]);
});

test('each class of objects has a name of its own, and facts whose replay can be told apart', () => {
  const kinds = CATALOG_SPECS.map((spec) => spec.kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  for (const spec of CATALOG_SPECS.filter((each) => each.replay !== undefined)) {
    const facts = typeof spec.facts === 'string' ? [] : Object.values(spec.facts);
    expect(facts.some((fact) => typeof fact === 'object' && fact.expression === true)).toBe(true);
  }
});
