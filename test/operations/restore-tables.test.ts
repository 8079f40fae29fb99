import { Readable } from 'node:stream';
import { fixtureDatabase } from '../support/awkward-database';
import { changedStore } from '../support/changed-store';
import { makeBench, type Bench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { sharedMajors } from '../support/shared-servers';

type Format = 'directory' | 'custom' | 'plain';

/** Made once: nobody writes to them. */
const made = new Map<string, Promise<Bench>>();

function backedUp(major = sharedMajors()[0] ?? 15, format: Format = 'directory'): Promise<Bench> {
  const name = `${major} ${format}`;
  const bench = made.get(name) ?? makeBackup(major, format);
  made.set(name, bench);
  return bench;
}

async function makeBackup(major: number, format: Format): Promise<Bench> {
  const bench = await makeBench(await fixtureDatabase('linked', major));
  await bench.backup({ format });
  return bench;
}

const namesOf = async (url: string, relkinds: string) => {
  const rows = await query(
    url,
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE relkind = ANY ('{${relkinds}}') AND nspname !~ '^(pg_|information_schema)' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};
const functionsIn = async (url: string) => {
  const rows = await query(
    url,
    `SELECT proname AS name FROM pg_proc p WHERE pronamespace = 'app'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};
/** What stands on a table and acts by itself, or is built on it. */
const OF_INVOICE = `
  SELECT tgname || ' ' || tgenabled::text AS name FROM pg_trigger WHERE tgrelid = 'app.invoice'::regclass AND NOT tgisinternal
  UNION ALL SELECT polname FROM pg_policy WHERE polrelid = 'app.invoice'::regclass
  UNION ALL SELECT rulename FROM pg_rewrite WHERE ev_class = 'app.invoice'::regclass
  UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'app.invoice'::regclass
  UNION ALL SELECT stxname FROM pg_statistic_ext WHERE stxrelid = 'app.invoice'::regclass
  UNION ALL SELECT description FROM pg_description WHERE objoid >= 16384 AND description !~ 'citext|^(odd|whose)' ORDER BY 1`;

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test.each(['directory', 'custom'] as const)(
    'a table comes back from a %s backup with all that belongs to it, and without foreign keys to others',
    async (format) => {
      const bench = await backedUp(major, format);
      const target = restoreBench(bench);
      const result = await target.restoreTables(['app.invoice']);
      expect(result.differences).toEqual([]);
      expect(result.compared).toMatchObject({ content: 'copy', rows: 300 });
      expect(result.warnings).toEqual([
        'Left out: foreign key invoice_customer_id_fkey of table app.invoice: it names app.customer, whose rows are not restored.',
        'Left out: table app.journal: the text of function on_write() names it, which fails without it.',
        'app.customer comes without its rows: what is restored needs the table.',
      ]);
      expect(await namesOf(target.url, 'r,p,v,m')).toEqual(['app.customer', 'app.invoice']);
      const rows = 'SELECT i.*::text AS row FROM app.invoice i ORDER BY id';
      expect(await query(target.url, rows)).toEqual(await query(bench.url, rows));
      expect(await query(target.url, OF_INVOICE)).toEqual(await query(bench.url, OF_INVOICE));
      expect(await functionsIn(target.url)).toEqual(['on_write', 'plain', 'shorten', 'stamp']);
      expect(target.scratch()).toEqual([]);
    },
  );

  test('foreign keys between chosen tables, and of a table to itself, are kept', async () => {
    const bench = await backedUp(major);
    const target = restoreBench(bench);
    const result = await target.restoreTables(['app.invoice', 'app.customer', 'app.payment']);
    expect(result.differences).toEqual([]);
    expect(result.warnings).toEqual([
      'Left out: table app.journal: the text of function on_write() names it, which fails without it.',
    ]);
    const keys = `SELECT conname FROM pg_constraint WHERE contype = 'f' ORDER BY 1`;
    expect(await query(target.url, keys)).toEqual(await query(bench.url, keys));
  });

  test('a partitioned table comes with its partitions of every level, and with its sequence', async () => {
    const target = restoreBench(await backedUp(major));
    const result = await target.restoreTables(['app.event']);
    expect(result).toMatchObject({ differences: [], warnings: [], compared: { rows: 401, sequences: 1 } });
    expect(await query(target.url, `SELECT nextval('app.event_id_seq')::int AS next`)).toEqual([
      { next: 402 },
    ]);
  });

  test('a partition comes with the definition of what it is a part of, and without the other rows', async () => {
    const target = restoreBench(await backedUp(major));
    const result = await target.restoreTables(['app.event_2026_in']);
    expect(result.differences).toEqual([]);
    expect(result.warnings).toEqual([
      expect.stringMatching(/^app\.event comes without its rows/),
      expect.stringMatching(/^app\.event_2026 comes without its rows/),
    ]);
    expect(await namesOf(target.url, 'r,p')).toEqual(['app.event', 'app.event_2026', 'app.event_2026_in']);
  });

  test('a table that inherits comes with its parent, without the rows of that', async () => {
    const target = restoreBench(await backedUp(major));
    expect(await target.restoreTables(['app.dog'])).toMatchObject({ differences: [], compared: { rows: 3 } });
    expect(await query(target.url, 'SELECT count(*)::int AS n FROM ONLY app.animal')).toEqual([{ n: 0 }]);
  });

  test('a table that is inherited from comes alone, and its heirs are told', async () => {
    const target = restoreBench(await backedUp(major));
    const { warnings, differences } = await target.restoreTables(['app.animal']);
    expect(differences).toEqual([]);
    expect(warnings).toEqual([
      'Left out: table app.dog: it inherits from a chosen table; name it to restore it.',
    ]);
  });

  test('names full of oddities are found', async () => {
    const target = restoreBench(await backedUp(major));
    const result = await target.restoreTables(['"odd ""schema"". x".*']);
    expect(result).toMatchObject({ differences: [], warnings: [], compared: { rows: 2, tables: 1 } });
  });

  test('privileges come with --owners, and are compared', async () => {
    const target = restoreBench(await backedUp(major));
    const { differences } = await target.restoreTables(['app.invoice'], { owners: true });
    expect(differences).toEqual([]);
    const granted = `SELECT relacl::text AS acl FROM pg_class WHERE oid = 'app.invoice'::regclass`;
    expect(await query(target.url, granted)).toEqual([{ acl: expect.stringContaining('=r/') }]);
  });
});

test.each([
  ['directory', [/^toc\.dat$/, /^\d+\.dat/]],
  ['custom', [/^dump\.custom$/]],
] as const)('of a %s backup nothing is read but what the table needs', async (format, expected) => {
  const bench = await backedUp(undefined, format);
  const read: string[] = [];
  const store = changedStore(bench.store, {
    get: (key, options) => {
      read.push(key);
      return bench.store.get(key, options);
    },
  });
  await restoreBench(bench).restoreTables(['app.payment'], {}, { store });
  const objects = read.filter((key) => key.startsWith('points/')).map((key) => key.split('/').at(-1));
  expect(objects).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as unknown));
});

test('rows that were changed in the store are not restored', async () => {
  const bench = await backedUp();
  const store = changedStore(bench.store, {
    get: async (key, options) => {
      const stream = await bench.store.get(key, options);
      if (!/\d\.dat/.test(key)) return stream;
      const bytes = Buffer.concat((await stream.toArray()) as Buffer[]);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return Readable.from([bytes]);
    },
  });
  const target = restoreBench(bench);
  await expect(target.restoreTables(['app.payment'], {}, { store })).rejects.toMatchObject({
    kind: 'stored-data-faulty',
  });
  expect(await target.exists()).toBe(false);
});

test('a pattern that means no table is refused with the nearest names', async () => {
  const bench = await backedUp();
  await expect(restoreBench(bench).restoreTables(['app.invoces'])).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(/no table app\.invoces\. Nearest: app\.invoice, /),
  });
});

test('a plain dump is refused, with the way that remains', async () => {
  const bench = await backedUp(undefined, 'plain');
  await expect(restoreBench(bench).restoreTables(['app.invoice'])).rejects.toMatchObject({
    kind: 'restore-refused',
    hint: expect.stringContaining('side database'),
  });
});
