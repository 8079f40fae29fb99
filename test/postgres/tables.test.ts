import { Client } from 'pg';
import { listTables, qualifiedName, type Table } from '../../lib/postgres/tables';
import { freshDatabase } from '../support/shared-servers';

let url: string;
let client: Client;

beforeAll(async () => {
  url = await freshDatabase();
  client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE TABLE big (id int, filler text);
    INSERT INTO big SELECT i, repeat(i::text, 100) FROM generate_series(1, 1000) i;
    CREATE TABLE "Odd ""name" (id int);
    CREATE TABLE parent (id int) PARTITION BY RANGE (id);
    CREATE TABLE leaf PARTITION OF parent FOR VALUES FROM (0) TO (10);
    CREATE UNLOGGED TABLE scratch (id int);
    CREATE TEMPORARY TABLE passing (id int);
    CREATE VIEW seen AS SELECT * FROM big;
    CREATE TABLE config (key text);
    CREATE TABLE member (key text);
    ALTER EXTENSION plpgsql ADD TABLE config;
    ALTER EXTENSION plpgsql ADD TABLE member;
    UPDATE pg_extension SET extconfig = ARRAY['config'::regclass::oid], extcondition = ARRAY['WHERE key <> ''own''']
     WHERE extname = 'plpgsql';
  `);
});

afterAll(() => client.end());

const names = (tables: readonly Table[]) => tables.map((table) => table.name).sort();

test('lists what pg_dump dumps: no view, no temporary table, no member of an extension', async () => {
  await client.query("BEGIN; SET LOCAL search_path = ''");
  const tables = await listTables(client);
  await client.query('ROLLBACK');
  expect(names(tables)).toEqual(['Odd "name', 'big', 'config', 'leaf', 'parent', 'scratch']);
});

test('the largest table comes first, then the order is by name', async () => {
  const tables = await listTables(client);
  expect(tables[0]).toMatchObject({ schema: 'public', name: 'big', kind: 'table', unlogged: false });
  expect(tables[0]!.bytes).toBeGreaterThan(100_000);
  expect(tables.filter((table) => table.bytes === 0).map(qualifiedName)).toEqual([
    '"public"."Odd ""name"',
    '"public"."leaf"',
    '"public"."parent"',
    '"public"."scratch"',
  ]);
});

test('a configuration table of an extension is listed with the filter of its dumped rows', async () => {
  const filters = (await listTables(client)).filter((table) => table.extensionFilter !== undefined);
  expect(filters).toMatchObject([{ name: 'config', extensionFilter: "WHERE key <> 'own'" }]);
});

test('a table under an exclusive lock is listed without waiting for it', async () => {
  const blocker = new Client({ connectionString: url });
  await blocker.connect();
  await blocker.query('BEGIN; LOCK TABLE big');
  await client.query("SET lock_timeout = '5s'");
  expect(names(await listTables(client))).toContain('big');
  await client.query('RESET lock_timeout');
  await blocker.end();
});
