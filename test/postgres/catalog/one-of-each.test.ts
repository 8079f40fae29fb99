/** No class of objects is overlooked: neither by the compare nor by the gate that wants an empty target. */
import type { Client } from 'pg';
import type { Catalog } from '../../../lib/contract/inventory';
import { CATALOG_SPECS } from '../../../lib/postgres/catalog/all-specs';
import { readCatalog } from '../../../lib/postgres/catalog/read-catalog';
import { compareCatalogs } from '../../../lib/postgres/compare/compare-catalogs';
import { databaseContents, type Contents } from '../../../lib/postgres/database-contents';
import { connected, inside } from '../../support/recorded-database';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';
import { NO_CONTENT, ONE_OF_EACH } from './one-of-each';

test('every class that is compared has a row', () => {
  expect(Object.keys(ONE_OF_EACH).sort()).toEqual(CATALOG_SPECS.map(({ kind }) => kind).sort());
});

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  let client: Client;
  beforeAll(async () => {
    client = await connected(await freshDatabase(major));
  });
  afterAll(() => client.end());
  beforeEach(() => client.query('BEGIN'));
  afterEach(() => client.query('ROLLBACK'));

  async function made(sql: string): Promise<Contents> {
    await client.query(sql);
    return databaseContents(inside(client));
  }

  test('a new database holds nothing', async () => {
    expect(await made('SELECT')).toEqual({ count: 0, examples: [] });
  });

  const known = CATALOG_SPECS.filter((spec) => major >= (spec.since ?? 0));
  test.each(known.map((spec) => [spec.kind, spec] as const))('%s', async (kind, spec) => {
    const [sql, identity] = ONE_OF_EACH[kind] ?? ['', ''];
    const subject = `${kind} ${identity}`;
    const { examples } = await made(sql);
    if (NO_CONTENT.includes(kind)) expect(examples).not.toContain(subject);
    else expect(examples).toContain(subject);
    const whole = await readCatalog(client);
    const without = whole.filter((entry) => entry.kind !== kind || entry.identity !== identity);
    const named = (expected: Catalog, actual: Catalog) => compareCatalogs(expected, actual, { owners: true });
    expect(named(without, whole)).toMatchObject([{ class: 'schema', subject }]);
    expect(named(whole, without)).toMatchObject([
      { class: spec.leftOut ? expect.any(String) : 'schema', subject },
    ]);
  });

  test('a large object is content', async () => {
    expect(await made('SELECT lo_create(4711)')).toEqual({ count: 1, examples: ['large object 4711'] });
  });

  test('owners, privileges and comments of an empty database leave it empty', async () => {
    const prepared = `GRANT ALL ON SCHEMA public TO PUBLIC; COMMENT ON SCHEMA public IS 'x'; ALTER SCHEMA public OWNER TO backstop`;
    expect(await made(prepared)).toEqual({ count: 0, examples: [] });
  });

  test('everything is counted and ten are named', async () => {
    const many = Array.from({ length: 25 }, (_, n) => `CREATE SCHEMA s${n}; CREATE TABLE t${n} ()`);
    const { count, examples } = await made(many.join(';'));
    expect(count).toBe(50);
    expect(new Set(examples).size).toBe(10);
  });
});
