import { connect, connectionTarget } from '../../lib/postgres/connection';
import { parseTablePattern, tablesMatching } from '../../lib/postgres/table-patterns';
import { serverBinDirectory, query } from '../support/postgres-cluster';
import { freshDatabase } from '../support/shared-servers';
import { run } from '../support/spawn';

test.each([
  ['invoice', undefined, '^(invoice)$'],
  ['Invoice_*', undefined, '^(invoice_.*)$'],
  ['public.inv?ice', '^(public)$', '^(inv.ice)$'],
  ['"My Schema"."T.1"', '^(My\\ Schema)$', '^(T\\.1)$'],
  ['"a""b"', undefined, '^(a\\"b)$'],
])('%s means schema %s and table %s', (pattern, schema, name) => {
  expect(parseTablePattern(pattern)).toEqual({ schema, name });
});

test.each(['"open', 'a.b.c'])('%s is refused', (pattern) => {
  expect(() => parseTablePattern(pattern)).toThrow(/cannot be read/);
});

test('a pattern means to us the tables that it means to pg_dump', async () => {
  const url = await freshDatabase(15);
  await query(
    url,
    `CREATE SCHEMA "My Schema"; CREATE SCHEMA other;
     CREATE TABLE invoice (a int); CREATE TABLE invoice_line (a int); CREATE TABLE "Invoice" (a int); CREATE TABLE "in$oice" (a int);
     CREATE TABLE other.invoice (a int); CREATE TABLE "My Schema"."T.1" (a int)`,
  );
  const client = await connect(connectionTarget(url, {}));
  await client.query("SET search_path = ''");
  for (const pattern of [
    'invoice',
    'inv*',
    '*.invoice',
    'other.*',
    '"Invoice"',
    '"My Schema".*',
    'in?oice',
    'in$oice',
    '*',
    'none',
  ]) {
    const { oids, unmatched } = await tablesMatching(client, [pattern]);
    const { rows } = await client.query<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY ($1::oid[]) ORDER BY 1`,
      [[...oids]],
    );
    expect({ pattern, tables: rows.map(({ name }) => name) }).toEqual({
      pattern,
      tables: await dumped(url, pattern),
    });
    expect(unmatched).toEqual(oids.size === 0 ? [pattern] : []);
  }
  await client.end();
});

/** What the real pg_dump leaves out for a pattern. */
async function dumped(url: string, pattern: string): Promise<string[]> {
  const pgDump = `${serverBinDirectory(15)}/pg_dump`;
  const names = async (...args: string[]) => {
    const { stdout } = await run(pgDump, ['--data-only', ...args, url]);
    return [...stdout.matchAll(/^-- Data for Name: (.*); Type: TABLE DATA; Schema: (.*); Owner/gm)].map(
      ([, table, schema]) => `${schema}.${table}`,
    );
  };
  const left = new Set(await names(`--exclude-table-data=${pattern}`));
  return (await names()).filter((name) => !left.has(name)).sort();
}
