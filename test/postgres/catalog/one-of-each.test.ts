/** No class of objects is overlooked: neither by the compare nor by the gate that wants an empty target. */
import type { Catalog } from '../../../lib/contract/inventory';
import { CATALOG_SPECS } from '../../../lib/postgres/catalog/all-specs';
import { readCatalog } from '../../../lib/postgres/catalog/read-catalog';
import { compareCatalogs } from '../../../lib/postgres/compare/compare-catalogs';
import { connectionTarget } from '../../../lib/postgres/connection';
import { databaseContents } from '../../../lib/postgres/database-contents';
import { withSession } from '../../../lib/postgres/target-server';
import { query } from '../../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';
import { NO_CONTENT, ONE_OF_EACH } from './one-of-each';

const session = (url: string, read: Parameters<typeof withSession>[1]) =>
  withSession(connectionTarget(url, {}), read);

const catalogOf = (url: string) =>
  session(url, async (client) => {
    await client.query('BEGIN');
    return readCatalog(client);
  }) as Promise<Catalog>;

test('every class that is compared has a row', () => {
  expect(Object.keys(ONE_OF_EACH).sort()).toEqual(CATALOG_SPECS.map(({ kind }) => kind).sort());
});

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  const known = CATALOG_SPECS.filter((spec) => major >= (spec.since ?? 0));

  test('a new database holds nothing', async () => {
    const url = await freshDatabase(major);
    expect(await session(url, databaseContents)).toEqual({ count: 0, examples: [] });
  });

  test.each(known.map((spec) => [spec.kind, spec] as const))('%s', async (kind, spec) => {
    const [sql, identity] = ONE_OF_EACH[kind] ?? ['', ''];
    const url = await freshDatabase(major);
    await query(url, sql);
    const contents = await session(url, databaseContents);
    const examples = (contents as { examples: readonly string[] }).examples;
    if (NO_CONTENT.includes(kind)) expect(examples).not.toContain(`${kind} ${identity}`);
    else expect(examples).toContain(`${kind} ${identity}`);
    const made = await catalogOf(url);
    const without = made.filter((entry) => entry.kind !== kind || entry.identity !== identity);
    const named = (expected: Catalog, actual: Catalog) => compareCatalogs(expected, actual, { owners: true });
    const subject = `${kind} ${identity}`;
    expect(named(without, made)).toMatchObject([{ class: 'schema', subject }]);
    expect(named(made, without)).toMatchObject([
      { class: spec.leftOut ? expect.any(String) : 'schema', subject },
    ]);
  });

  test('a large object is content', async () => {
    const url = await freshDatabase(major);
    await query(url, 'SELECT lo_create(4711)');
    expect(await session(url, databaseContents)).toEqual({ count: 1, examples: ['large object 4711'] });
  });

  test('owners, privileges and comments of an empty database leave it empty', async () => {
    const url = await freshDatabase(major);
    await query(
      url,
      `GRANT ALL ON SCHEMA public TO PUBLIC; COMMENT ON SCHEMA public IS 'x'; ALTER SCHEMA public OWNER TO backstop`,
    );
    expect(await session(url, databaseContents)).toEqual({ count: 0, examples: [] });
  });

  test('everything is counted and ten are named', async () => {
    const url = await freshDatabase(major);
    const many = Array.from({ length: 25 }, (_, n) => `CREATE SCHEMA s${n}; CREATE TABLE t${n} ()`);
    await query(url, many.join(';'));
    const contents = (await session(url, databaseContents)) as { count: number; examples: string[] };
    expect(contents.count).toBe(50);
    expect(new Set(contents.examples).size).toBe(10);
  });
});
