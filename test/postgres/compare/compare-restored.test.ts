/** Real dumps and real restores: what is no difference, and what is one by design. Damage: see mutations.ts. */
import { readCatalog } from '../../../lib/postgres/catalog/read-catalog';
import { digestCopyBlocks } from '../../../lib/postgres/compare/copy-digest';
import { awkwardDatabase, copyOf, plainData, restoredTwin } from '../../support/awkward-database';
import { query } from '../../support/postgres-cluster';
import { compare, connected, inLines, recorded, type Recorded } from '../../support/recorded-database';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';

test.each(sharedMajors())(
  'PostgreSQL %i: a restored twin of the awkward schema has no difference',
  async (major) => {
    const source = await awkwardDatabase(major);
    const expected = await recorded(source, 'rows+content', major);
    const twin = await restoredTwin(source, major);
    const data = {
      archive: expected.data,
      restored: await digestCopyBlocks(plainData(twin, major), expected.data),
    };
    const comparison = await compare(twin, expected, {
      archive: { sequences: expected.data.sequences, data },
    });
    expect(inLines(comparison)).toEqual([]);
    expect(comparison.compared).toMatchObject({
      tables: expected.inventory.tables.length,
      content: 'hash',
      sequences: 8,
    });
    expect(comparison.compared.rows).toBe(399);
    expect(comparison.compared.catalogEntries).toBe(expected.catalog.length);
  },
);

describe('with rows alone in the inventory', () => {
  let expected: Recorded;
  let twin: string;
  beforeAll(async () => {
    const source = await awkwardDatabase();
    expected = await recorded(source, 'rows');
    twin = await restoredTwin(source);
  });

  const byLines = async (url: string) => {
    const restored = await digestCopyBlocks(plainData(url), expected.data);
    return compare(url, expected, {
      archive: { sequences: expected.data.sequences, data: { archive: expected.data, restored } },
    });
  };

  test("the archive's own lines prove the content, columns that a restore reorders included", async () => {
    const comparison = await byLines(twin);
    expect(inLines(comparison)).toEqual([]);
    expect(comparison.compared.content).toBe('copy');
  });

  test('without them it is said that no content was compared', async () => {
    expect((await compare(twin, expected)).compared.content).toBe('none');
  });

  test.each([
    ['one value', 'UPDATE invoice SET total = 0 WHERE id = 7', 'table public.invoice'],
    ['NULL and the empty string', "UPDATE invoice SET note = '' WHERE id = 4", 'table public.invoice'],
    ['the last bit of a float', 'UPDATE odd_values SET f8 = 0.3 WHERE id = 3', 'table public.odd_values'],
    ['values in other columns', 'UPDATE cat SET owner = name, name = owner', 'table public.cat'],
    [
      'a time zone shift',
      "UPDATE event SET at = at + interval '1 hour' WHERE id = 1",
      'table public.event_2025',
    ],
    ['a pair of rows', 'UPDATE doubled SET a = 500 WHERE a = 3', 'table public.doubled'],
    ['a byte of a large object', "SELECT lo_put(4711, 2, '\\xaa')", 'large objects'],
  ])('%s is found in the lines', async (_, sql, subject) => {
    const damaged = await copyOf(twin);
    await query(damaged, `SET session_replication_role = replica; ${sql}`);
    const { differences } = await byLines(damaged);
    expect(differences).toMatchObject([
      { class: 'data', subject, text: expect.stringMatching(/^holds? other/) },
    ]);
  });

  test('a table whose data was left out is expected to be there, and empty', async () => {
    const excluded = '"public"."wide_text"';
    const tables = expected.inventory.tables.map((table) =>
      table.name === 'wide_text' ? { ...table, rows: 0, dataExcluded: true as const } : table,
    );
    const without = { ...expected, inventory: { ...expected.inventory, tables } };
    expect(inLines(await compare(twin, without))).toEqual([
      'data: table public.wide_text has 5 rows, had 0 when it was backed up',
    ]);
    const emptied = await copyOf(twin);
    await query(emptied, `TRUNCATE ${excluded}`);
    expect(inLines(await compare(emptied, without))).toEqual([]);
  });
});

describe('by design', () => {
  test('a restore that strips owners and privileges has no difference unless it was asked to keep them', async () => {
    const source = await awkwardDatabase();
    const expected = await recorded(source, 'rows');
    const twin = await restoredTwin(source, 15, ['--no-owner', '--no-privileges']);
    expect(inLines(await compare(twin, expected, { owners: false }))).toEqual([]);
    const lines = inLines(await compare(twin, expected, { owners: true }));
    expect(lines).toContain('schema: owner of table public.invoice owner: is backstop, was awkward_owner');
    expect(lines).toContain(
      'schema: privileges on table public.customer Awkward reader: is not set, was SELECT, UPDATE',
    );
  });

  test('what pg_dump leaves out is reported and does not fail', async () => {
    const source = await freshDatabase();
    await query(
      source,
      'CREATE TABLE t (a int); CREATE INDEX half_built ON t (a); DROP SCHEMA IF EXISTS other',
    );
    await query(source, 'CREATE SCHEMA own; ALTER TABLE t SET SCHEMA own; DROP SCHEMA public');
    await query(
      source,
      `SET allow_system_table_mods = on;
      UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'own.half_built'::regclass`,
    );
    const expected = await recorded(source, 'rows');
    expect(inLines(await compare(await restoredTwin(source), expected))).toEqual([
      'environment: schema public is there but was not in the backup',
      'environment: owner of schema public is there but was not in the backup',
      'environment: comment on schema public is there but was not in the backup',
      'environment: index own.half_built is missing',
    ]);
  });

  test('a sequence that was behind its column at the source is reported and does not fail', async () => {
    const source = await freshDatabase();
    await query(source, 'CREATE TABLE t (id serial); INSERT INTO t VALUES (7)');
    const expected = await recorded(source, 'rows');
    expect(inLines(await compare(await restoredTwin(source), expected))).toEqual([
      'environment: sequence public.t_id_seq stands at 1 (not yet used), but public.t has 7 in id: new rows may collide, as at the source',
    ]);
  });

  test('rows and sequences of an extension that are its configuration are compared, its other tables are not', async () => {
    const source = await freshDatabase();
    const member = `CREATE TABLE config (id int, own boolean); CREATE TABLE internal (id int); CREATE SEQUENCE config_seq;
      ALTER EXTENSION plpgsql ADD TABLE config; ALTER EXTENSION plpgsql ADD TABLE internal;
      ALTER EXTENSION plpgsql ADD SEQUENCE config_seq;
      UPDATE pg_extension SET extconfig = ARRAY['config'::regclass::oid, 'config_seq'::regclass],
        extcondition = ARRAY['WHERE own', ''] WHERE extname = 'plpgsql';
      INSERT INTO internal VALUES (1);`;
    await query(
      source,
      `${member} INSERT INTO config VALUES (1, true), (2, false); SELECT setval('config_seq', 5)`,
    );
    const expected = await recorded(source, 'rows+content');
    expect(expected.inventory.tables).toMatchObject([{ name: 'config', rows: 1 }]);
    expect([...expected.data.sequences.keys()]).toEqual(['"public"."config_seq"']);
    const twin = await freshDatabase();
    await query(
      twin,
      `${member} INSERT INTO config VALUES (3, false), (1, true); SELECT setval('config_seq', 5)`,
    );
    expect(inLines(await compare(twin, expected))).toEqual([]);
    await query(twin, 'DELETE FROM config WHERE own');
    expect(inLines(await compare(twin, expected))).toEqual([
      'data: table public.config has 0 rows, had 1 when it was backed up',
    ]);
  });

  test('without an inventory the schema is compared alone, and the figures say so', async () => {
    const source = await awkwardDatabase();
    const { differences, compared } = await compare(source, {
      ...(await recorded(source, 'rows')),
      inventory: null,
    });
    expect(differences).toEqual([]);
    expect(compared).toMatchObject({ tables: 0, rows: 0, content: 'none' });
  });

  test('the schema can be read by a role without any rights, and nothing secret is in it', async () => {
    const url = await awkwardDatabase();
    await query(
      url,
      `ALTER USER MAPPING FOR awkward_owner SERVER nowhere OPTIONS (ADD password 'swordfish');
      ALTER SERVER nowhere OPTIONS (ADD api_token 'swordfish')`,
    );
    const read = async (role: string) => {
      const client = await connected(url);
      await client.query(`BEGIN; SET LOCAL ROLE "${role}"`);
      const catalog = await readCatalog(client);
      await client.end();
      return catalog;
    };
    const catalog = await read('backstop');
    expect(await read('Awkward reader')).toEqual(catalog);
    expect(JSON.stringify(catalog)).toContain('api_token=(hidden)');
    expect(JSON.stringify(catalog)).not.toContain('swordfish');
    const names = catalog.map(({ kind, identity }) => `${kind} ${identity}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
