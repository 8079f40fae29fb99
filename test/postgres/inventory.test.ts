import { Client } from 'pg';
import type { Inventory } from '../../lib/contract/inventory';
import { inventorySchema } from '../../lib/contract/inventory';
import { takeInventory, type InventoryOptions } from '../../lib/postgres/inventory';
import { awkwardDatabase, restoredTwin } from '../support/awkward-database';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

const clients: Client[] = [];

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
});

const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

async function inventoryAt(
  url: string,
  options: Partial<InventoryOptions> = {},
  setUp = '',
): Promise<Inventory> {
  const client = await connected(url);
  await client.query(`${setUp}; ${SNAPSHOT}`);
  return takeInventory([client], { level: 'rows+content', ...options });
}

const tableOf = (inventory: Inventory, name: string) => inventory.tables.find((table) => table.name === name);

/** The sums of one table made by these statements. */
async function sumsOf(...statements: string[]): Promise<readonly string[]> {
  const url = await freshDatabase();
  await query(url, statements.join('; '));
  return tableOf(await inventoryAt(url), 't')!.content!.sums;
}

test.each(sharedMajors())('PostgreSQL %i: a restored twin has the same inventory', async (major) => {
  const url = await awkwardDatabase(major);
  const [source, twin] = [await inventoryAt(url), await inventoryAt(await restoredTwin(url, major))];
  const withoutSizes = ({ tables, ...rest }: Inventory) => ({
    ...rest,
    tables: tables.map((table) => ({ ...table, bytes: 0 })),
  });
  expect(withoutSizes(twin)).toEqual(withoutSizes(source));
  expect(() => inventorySchema.parse(source)).not.toThrow();
});

describe('the awkward database', () => {
  let url: string;
  beforeAll(async () => {
    url = await awkwardDatabase();
  });

  test('every leaf relation is counted alone and exactly; partitioned parents hold no rows and are left out', async () => {
    const { tables } = await inventoryAt(url, { level: 'rows' });
    for (const { schema, name, rows } of tables) {
      const [row] = await query(
        url,
        `SELECT count(*)::int AS n FROM ONLY "${schema}"."${name.replaceAll('"', '""')}"`,
      );
      expect([name, rows]).toEqual([name, row!['n']]);
    }
    const names = tables.map((table) => table.name);
    expect(names).toEqual(
      expect.arrayContaining(['animal', 'cat', 'no_columns', 'event_2026_eu', 'Übersicht']),
    );
    expect(names).not.toContain('event');
    expect(names).not.toContain('remote_thing');
  });

  test('two connections on one snapshot see what one sees, and no later write', async () => {
    const alone = await inventoryAt(url);
    const [holder, second] = [await connected(url), await connected(url)];
    await holder.query(SNAPSHOT);
    const { rows } = await holder.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
    await second.query(`${SNAPSHOT}; SET TRANSACTION SNAPSHOT '${rows[0]!.id}'`);
    await query(url, "INSERT INTO doubled VALUES (1000, 'late')");
    const progress: [number, number][] = [];
    const together = await takeInventory([holder, second], {
      level: 'rows+content',
      onTable: (...step) => progress.push(step),
    });
    await query(url, 'DELETE FROM doubled WHERE a = 1000');
    expect(together).toEqual(alone);
    expect(progress.map(([done]) => done)).toEqual(alone.tables.map((_, index) => index + 1));
    expect(progress.every(([, total]) => total === alone.tables.length)).toBe(true);
  });

  test("a hash does not depend on the session's or the database's settings", async () => {
    const settings = `SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'iso_8601';
      SET extra_float_digits = -3; SET bytea_output = 'escape'; SET quote_all_identifiers = on;
      SET search_path = public; SET standard_conforming_strings = off`;
    expect(await inventoryAt(url, {}, settings)).toEqual(await inventoryAt(url));
  });

  test('a table whose data the dump leaves out is named as such and never read', async () => {
    const inventory = await inventoryAt(url, { excludedTables: new Set(['"public"."invoice"']) });
    expect(tableOf(inventory, 'invoice')).toMatchObject({ rows: 0, dataExcluded: true });
    expect(tableOf(inventory, 'invoice')).not.toHaveProperty('content');
    expect(inventory.sequenceOwners.map((owner) => owner.table)).not.toContain('"public"."invoice"');
  });

  test('level rows takes no hash', async () => {
    const { tables, largeObjects } = await inventoryAt(url, { level: 'rows' });
    expect(tables.filter((table) => table.content !== undefined)).toEqual([]);
    expect(largeObjects).toEqual({ count: 4, bytes: 6 + 130_000 + 5001 });
  });

  test('stored generated columns are hashed apart from the columns that a restore must bring back', async () => {
    const customer = tableOf(await inventoryAt(url), 'customer')!;
    expect(customer.generated!.columns).toEqual(['name_length']);
    expect(customer.content!.columns).not.toContain('name_length');
    expect(customer.content!.columns).toEqual([...customer.content!.columns].sort());
  });

  test('only populated materialized views are counted', async () => {
    const { materializedViews } = await inventoryAt(url);
    expect(materializedViews).toEqual([{ schema: 'public', name: 'invoice_totals', rows: 3 }]);
  });

  test('a materialized view that is being refreshed neither stops the inventory nor gets a number', async () => {
    const refresher = await connected(url);
    await refresher.query('BEGIN; REFRESH MATERIALIZED VIEW invoice_totals');
    const { materializedViews } = await inventoryAt(url, { level: 'rows' });
    expect(materializedViews).toEqual([{ schema: 'public', name: 'invoice_totals', rows: null }]);
  });

  test('the extreme value of each column that owns a sequence is noted, downwards where the sequence descends', async () => {
    const { sequenceOwners } = await inventoryAt(url);
    const owner = (table: string) => sequenceOwners.find((each) => each.table.includes(table));
    expect(owner('invoice')).toMatchObject({ extreme: '200', ascending: true, behind: false });
    expect(owner('Übersicht')).toMatchObject({ extreme: '-3', ascending: false, behind: false });
    expect(owner('"event"')).toMatchObject({ extreme: '50', behind: false });
    expect(owner('empty_table')).toMatchObject({ extreme: null, behind: false });
  });

  test('an aborted inventory stops with the reason of the abort', async () => {
    await expect(inventoryAt(url, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });

  test('a role that row security would show a part of the rows gets an error, not a smaller count', async () => {
    await query(url, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "Awkward reader"');
    await expect(inventoryAt(url, {}, 'SET ROLE "Awkward reader"')).rejects.toThrow(
      /row-level security policy/,
    );
  });
});

describe('the content hash', () => {
  const create = 'CREATE TABLE t (a text, b text)';

  test('is equal for the same rows in another physical order and column order', async () => {
    const forwards = await sumsOf(create, "INSERT INTO t SELECT i, 'x' FROM generate_series(1, 1000) i");
    const backwards = await sumsOf(
      'CREATE TABLE t (gone int, b text, a text)',
      'ALTER TABLE t DROP COLUMN gone',
      "INSERT INTO t SELECT 'x', i FROM generate_series(1000, 1, -1) i",
    );
    expect(backwards).toEqual(forwards);
  });

  test.each([
    ['NULL and the empty string', "VALUES (NULL, 'x')", "VALUES ('', 'x')"],
    ['the border between columns', "VALUES ('a', 'b')", "VALUES ('ab', '')"],
    ['a comma inside a value', "VALUES ('a,b', 'c')", "VALUES ('a', 'b,c')"],
    ['a quote inside a value', `VALUES ('a"', 'c')`, `VALUES ('a', '"c')`],
    ['values that changed columns', "VALUES ('a', 'b')", "VALUES ('b', 'a')"],
    [
      'doubled rows, which XOR would cancel',
      "VALUES ('a', 'b'), ('a', 'b')",
      "VALUES ('c', 'd'), ('c', 'd')",
    ],
    ['a trailing blank', "VALUES ('a', 'b')", "VALUES ('a', 'b ')"],
    ['values that changed rows', "VALUES ('a', 'b'), ('c', 'd')", "VALUES ('a', 'd'), ('c', 'b')"],
  ])('tells apart %s', async (_, one, other) => {
    expect(await sumsOf(create, `INSERT INTO t ${one}`)).not.toEqual(
      await sumsOf(create, `INSERT INTO t ${other}`),
    );
  });

  test.each([
    ['float8', '0.1', '0.10000000000000002'],
    ['float8', "'0'", "'-0'"],
    ['numeric', '1.1', '1.10'],
    ['timestamptz', "'2026-01-01 00:00+00'", "'2026-01-01 00:00+01'"],
    ['timetz', "'12:00+01'", "'11:00+00'"],
    ['money', '1.01', '1.02'],
    ['bytea', "'\\x00'", "'\\x0000'"],
    ['text[]', "'{NULL}'", `'{"NULL"}'`],
    ['int[]', "'{1}'", "'[0:0]={1}'"],
    ['json', `'{"a":1}'`, `'{"a": 1}'`],
    ['interval', "'1 day'", "'24 hours'"],
  ])('tells apart %s %s and %s', async (type, one, other) => {
    const sums = (value: string) => sumsOf(`CREATE TABLE t (v ${type})`, `INSERT INTO t VALUES (${value})`);
    expect(await sums(one)).not.toEqual(await sums(other));
  });

  test('rows too wide for one text are hashed by column, and a compare repeats that method', async () => {
    const url = await freshDatabase();
    await query(
      url,
      `CREATE TABLE t (a text, b bytea, c text);
       INSERT INTO t SELECT repeat('x', 540000000);
       UPDATE t SET c = repeat('y', 540000000);
       CREATE TABLE narrow (c text);
       INSERT INTO narrow VALUES (NULL), ('')`,
    );
    const inventory = await inventoryAt(url);
    expect(tableOf(inventory, 't')!.content!.method).toBe('column');
    expect(tableOf(inventory, 'narrow')!.content!.method).toBe('row');
    await query(url, 'UPDATE t SET a = left(a, 10), c = left(c, 10)');
    const repeated = await inventoryAt(url, { repeat: inventory });
    expect(tableOf(repeated, 't')!.content!.method).toBe('column');
    await query(url, "UPDATE t SET b = ''");
    const changed = await inventoryAt(url, { repeat: inventory });
    expect(tableOf(changed, 't')!.content!.sums).not.toEqual(tableOf(repeated, 't')!.content!.sums);
  });
});

describe('large objects', () => {
  const largeObjectsOf = async (sql: string) => {
    const url = await freshDatabase();
    await query(url, sql);
    return (await inventoryAt(url)).largeObjects;
  };

  test('a sparse object equals its filled twin, because that is what a restore makes of it', async () => {
    const sparse = await largeObjectsOf("SELECT lo_create(5); SELECT lo_put(5, 3000000, '\\x2a')");
    const filled = await largeObjectsOf(
      "SELECT lo_from_bytea(5, decode(repeat('00', 3000000), 'hex') || '\\x2a'::bytea)",
    );
    expect(filled).toEqual(sparse);
    expect(sparse).toMatchObject({ count: 1, bytes: 3_000_001 });
  });

  test.each([
    ['one byte', "SELECT lo_from_bytea(5, '\\x0102')", "SELECT lo_from_bytea(5, '\\x0103')"],
    ['the id', "SELECT lo_from_bytea(5, '\\x01')", "SELECT lo_from_bytea(6, '\\x01')"],
    [
      'an empty one',
      "SELECT lo_from_bytea(5, '\\x01')",
      "SELECT lo_from_bytea(5, '\\x01'); SELECT lo_create(6)",
    ],
  ])('%s makes a difference', async (_, one, other) => {
    expect((await largeObjectsOf(one)).sums).not.toEqual((await largeObjectsOf(other)).sums);
  });
});

test.each([
  ['setval(%, 9)', true],
  ['setval(%, 10)', false],
  ['setval(%, 10, false)', true],
  ['setval(%, 11, false)', false],
])('%s on a column with values up to 10: behind is %s', async (call, behind) => {
  const url = await freshDatabase();
  await query(url, 'CREATE TABLE t (id serial); INSERT INTO t VALUES (3), (10)');
  await query(url, `SELECT ${call.replace('%', "'t_id_seq'")}`);
  expect((await inventoryAt(url)).sequenceOwners).toMatchObject([
    { sequence: '"public"."t_id_seq"', behind },
  ]);
});
