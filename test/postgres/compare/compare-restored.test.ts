/** Real dumps, real restores, and seeded damage on the restored side: each is found and named. */
import { Client } from 'pg';
import type { Catalog, Inventory } from '../../../lib/contract/inventory';
import { readCatalog } from '../../../lib/postgres/catalog/read-catalog';
import {
  compareRestored,
  type CompareRestored,
  type Comparison,
} from '../../../lib/postgres/compare/compare-restored';
import { digestCopyBlocks, type DumpDigest } from '../../../lib/postgres/compare/copy-digest';
import { takeInventory } from '../../../lib/postgres/inventory';
import { awkwardDatabase, copyOf, plainData, restoredTwin } from '../../support/awkward-database';
import { query } from '../../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';

interface Recorded<I extends Inventory | null = Inventory> {
  readonly inventory: I;
  readonly catalog: Catalog;
  readonly data: DumpDigest;
}

async function recorded(url: string, level: Inventory['level'], major = 15): Promise<Recorded> {
  const client = await connected(url);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const inventory = await takeInventory([client], { level });
  const catalog = await readCatalog(client);
  await client.end();
  return { inventory, catalog, data: await digestCopyBlocks(plainData(url, major)) };
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function compare(
  url: string,
  expected: Recorded<Inventory | null>,
  options: Partial<CompareRestored> = {},
): Promise<Comparison> {
  const client = await connected(url);
  try {
    const archive = { sequences: expected.data.sequences };
    return await compareRestored({ expected, clients: [client], owners: true, archive, ...options });
  } finally {
    await client.end();
  }
}

const inLines = ({ differences }: Comparison) =>
  differences.map((difference) => `${difference.class}: ${difference.subject} ${difference.text}`);

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

describe('seeded damage', () => {
  let source: string;
  let twin: string;
  let expected: Recorded;
  beforeAll(async () => {
    source = await awkwardDatabase();
    expected = await recorded(source, 'rows+content');
    twin = await restoredTwin(source);
  });

  const damages: [title: string, sql: string, line: string | RegExp][] = [
    // Data
    [
      'a row is missing',
      'DELETE FROM doubled WHERE ctid = (SELECT min(ctid) FROM doubled)',
      'data: table public.doubled has 99 rows, had 100 when it was backed up',
    ],
    [
      'all rows but one are missing',
      "DELETE FROM animal; INSERT INTO animal (name) VALUES ('x'); DELETE FROM cat",
      'data: table public.cat has 0 rows, had 1 when it was backed up',
    ],
    [
      'a row is doubled',
      'INSERT INTO doubled SELECT * FROM doubled LIMIT 1',
      'data: table public.doubled has 101 rows, had 100 when it was backed up',
    ],
    [
      'one pair of rows is another pair',
      'UPDATE doubled SET a = 500 WHERE a = 3',
      'data: table public.doubled holds other values than when it was backed up, in as many rows',
    ],
    [
      'one value differs',
      'UPDATE invoice SET total = total + 0.01 WHERE id = 7',
      /^data: table public.invoice holds other values/,
    ],
    [
      'NULL became the empty string',
      "UPDATE invoice SET note = '' WHERE id = 4",
      /^data: table public.invoice holds other values/,
    ],
    [
      'the last bit of a float',
      'UPDATE odd_values SET f8 = 0.3 WHERE id = 3',
      /^data: table public.odd_values holds other values/,
    ],
    [
      'the sign of a zero',
      'UPDATE odd_values SET f8 = 0 WHERE id = 2',
      /^data: table public.odd_values holds other values/,
    ],
    [
      'a time zone shift',
      "UPDATE event SET at = at + interval '1 hour' WHERE id = 1",
      /^data: table public.event_2025 holds other values/,
    ],
    [
      'text in another encoding',
      "UPDATE customer SET name = convert_from(convert_to(name, 'UTF8'), 'LATIN1')",
      /^data: table public.customer holds other values/,
    ],
    [
      'a row in the wrong partition',
      'ALTER TABLE by_hash DETACH PARTITION by_hash_0; INSERT INTO by_hash_0 SELECT * FROM by_hash LIMIT 1',
      /^data: table public.by_hash_0 has \d+ rows/,
    ],
    [
      'the rows of an unlogged table',
      'TRUNCATE session',
      'data: table public.session has 0 rows, had 1 when it was backed up',
    ],
    [
      'a byte of a large object',
      "SELECT lo_put(4711, 2, '\\xaa')",
      'data: large objects hold other bytes than when they were backed up',
    ],
    [
      'a shorter large object',
      'SELECT lo_unlink(4712); SELECT lo_create(4712)',
      'data: large objects hold 5007 bytes, held 135007 when backed up',
    ],
    ['a large object too few', 'SELECT lo_unlink(4714)', 'data: large objects are 3, were 4 when backed up'],
    [
      'a sequence off by one',
      "SELECT setval('invoice_id_seq', 199)",
      'data: sequence public.invoice_id_seq stands at 199, stood at 200 when it was backed up',
    ],
    [
      'a sequence behind its column',
      "SELECT setval('invoice_id_seq', 199)",
      'data: sequence public.invoice_id_seq stands at 199, but public.invoice has 200 in id: new rows may collide',
    ],
    [
      'a sequence that looks unused',
      "SELECT setval('audit.counter', 9, false)",
      'data: sequence audit.counter stands at 9 (not yet used), stood at 9 when it was backed up',
    ],
    [
      'a table too many',
      'CREATE TABLE stray (id int)',
      'schema: table public.stray is there but was not in the backup',
    ],
    ['a table too few', 'DROP TABLE booking', 'schema: table public.booking is missing'],
    // Recomputed and environment
    [
      'a materialized view',
      'DELETE FROM invoice WHERE customer_id <> 105; REFRESH MATERIALIZED VIEW invoice_totals',
      'recomputed: materialized view public.invoice_totals has 1 row after its refresh, had 3 when it was backed up',
    ],
    [
      'an extension version',
      "UPDATE pg_extension SET extversion = '9' WHERE extname = 'citext'",
      /^environment: extension citext version: is 9, was 1/,
    ],
    [
      'a collation version',
      "UPDATE pg_collation SET collversion = '1' WHERE collname = 'german_phone'",
      /^environment: collation public.german_phone version: is 1, was/,
    ],
    // Tables and columns
    [
      'a partition detached',
      'ALTER TABLE event DETACH PARTITION event_2025',
      'schema: table public.event_2025 parents: is not set, was public.event',
    ],
    [
      'a partition bound',
      "ALTER TABLE by_name DETACH PARTITION by_name_nz; ALTER TABLE by_name ATTACH PARTITION by_name_nz FOR VALUES FROM ('n') TO ('z')",
      /^schema: table public.by_name_nz partition bound: is .*'z'.*, was .*MAXVALUE/,
    ],
    [
      'inheritance lost',
      'ALTER TABLE cat NO INHERIT pet',
      'schema: table public.cat parents: is public.animal, was public.animal, public.pet',
    ],
    [
      'a table option',
      'ALTER TABLE customer SET (fillfactor = 80)',
      /^schema: table public.customer options: is .*fillfactor=80, was .*fillfactor=90/,
    ],
    [
      'row security off',
      'ALTER TABLE customer DISABLE ROW LEVEL SECURITY',
      'schema: table public.customer row security: is not set, was yes',
    ],
    [
      'row security no longer forced',
      'ALTER TABLE customer NO FORCE ROW LEVEL SECURITY',
      'schema: table public.customer forced row security: is not set, was yes',
    ],
    [
      'replica identity',
      'ALTER TABLE replicated REPLICA IDENTITY FULL',
      'schema: table public.replicated replica identity: is full, was index',
    ],
    [
      'an unlogged table logged',
      'ALTER TABLE session SET LOGGED',
      'schema: table public.session persistence: is permanent, was unlogged',
    ],
    [
      'a column type',
      'ALTER TABLE doubled ALTER a TYPE bigint',
      'schema: column public.doubled.a type: is bigint, was integer',
    ],
    [
      'a type modifier',
      'ALTER TABLE empty_table ALTER v TYPE varchar(11)[]',
      'schema: column public.empty_table.v type: is character varying(11)[], was character varying(10)[]',
    ],
    ['a column missing', 'ALTER TABLE doubled DROP COLUMN b', 'schema: column public.doubled.b is missing'],
    [
      'columns in another order',
      'ALTER TABLE doubled RENAME a TO x; ALTER TABLE doubled RENAME b TO a; ALTER TABLE doubled RENAME x TO b',
      'schema: column public.doubled.a position: is 2, was 1',
    ],
    [
      'not null lost',
      'ALTER TABLE replicated ALTER b DROP NOT NULL',
      'schema: column public.replicated.b not null: is not set, was yes',
    ],
    [
      'a default',
      'ALTER TABLE invoice ALTER total SET DEFAULT 1',
      'schema: column public.invoice.total default: is 1, was 0.00',
    ],
    [
      'a default lost',
      'ALTER TABLE invoice ALTER total DROP DEFAULT',
      'schema: column public.invoice.total default: is not set, was 0.00',
    ],
    [
      'a generated expression lost',
      'ALTER TABLE customer ALTER name_length DROP EXPRESSION',
      'schema: column public.customer.name_length generated as: is not set, was length(name)',
    ],
    [
      'another generated expression',
      'ALTER TABLE customer DROP name_length; ALTER TABLE customer ADD name_length int GENERATED ALWAYS AS (length(name) + 1) STORED',
      'schema: column public.customer.name_length generated as: is (length(name) + 1), was length(name)',
    ],
    [
      'identity kind',
      'ALTER TABLE customer ALTER id SET GENERATED BY DEFAULT',
      'schema: column public.customer.id identity: is by default, was always',
    ],
    [
      'a collation',
      'ALTER TABLE doubled ALTER b TYPE text COLLATE "C"',
      'schema: column public.doubled.b collation: is pg_catalog."C", was not set',
    ],
    [
      'storage',
      'ALTER TABLE customer ALTER name SET STORAGE MAIN',
      'schema: column public.customer.name storage: is main, was external',
    ],
    [
      'compression',
      'ALTER TABLE customer ALTER settings SET COMPRESSION default',
      'schema: column public.customer.settings compression: is not set, was p',
    ],
    [
      'a statistics target',
      'ALTER TABLE customer ALTER born SET STATISTICS 50',
      'schema: column public.customer.born statistics target: is 50, was 500',
    ],
    [
      'a column option',
      'ALTER TABLE customer ALTER born RESET (n_distinct)',
      'schema: column public.customer.born options: is not set, was n_distinct=-0.5',
    ],
    [
      'a sequence bound',
      'ALTER SEQUENCE audit.counter MAXVALUE 200',
      'schema: sequence audit.counter maximum: is 200, was 300',
    ],
    [
      'a sequence cache',
      'ALTER SEQUENCE audit.counter NO CYCLE',
      'schema: sequence audit.counter cycle: is not set, was yes',
    ],
    [
      'a sequence without its owner',
      'ALTER SEQUENCE invoice_id_seq OWNED BY NONE',
      'schema: sequence public.invoice_id_seq owned by: is not set, was public.invoice.id',
    ],
    // Constraints and indexes
    [
      'a constraint missing',
      'ALTER TABLE customer DROP CONSTRAINT kind_is_known',
      'schema: constraint kind_is_known on public.customer is missing',
    ],
    [
      'a constraint that permits more',
      "ALTER TABLE customer DROP CONSTRAINT kind_is_known; ALTER TABLE customer ADD CONSTRAINT kind_is_known CHECK (kind IN ('person', 'company', 'other', 'x'))",
      /^schema: constraint kind_is_known on public.customer definition: is .*, was /,
    ],
    [
      'a constraint not validated',
      "ALTER TABLE booking ADD CHECK (room > 0) NOT VALID; UPDATE pg_constraint SET convalidated = false WHERE conname = 'invoice_customer_id_fkey'",
      'schema: constraint invoice_customer_id_fkey on public.invoice validated: is no, was yes',
    ],
    [
      'a foreign key no longer deferred',
      'ALTER TABLE invoice ALTER CONSTRAINT invoice_follows_fkey NOT DEFERRABLE',
      /^schema: constraint invoice_follows_fkey on public.invoice definition: .*DEFERRABLE INITIALLY DEFERRED/,
    ],
    ['an index missing', 'DROP INDEX invoice_open', 'schema: index public.invoice_open is missing'],
    [
      'an index without its predicate',
      'DROP INDEX invoice_open; CREATE INDEX invoice_open ON invoice (due DESC NULLS LAST) INCLUDE (total)',
      /^schema: index public.invoice_open definition: is .*, was .*WHERE/,
    ],
    [
      'an invalid index',
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'invoice_note_lower'::regclass",
      'schema: index public.invoice_note_lower valid: is no, was yes',
    ],
    [
      'the clustering index',
      'ALTER TABLE invoice SET WITHOUT CLUSTER',
      'schema: index public.invoice_pkey clustered: is not set, was yes',
    ],
    [
      'a statistics object',
      'DROP STATISTICS invoice_paid_total',
      'schema: statistics object public.invoice_paid_total is missing',
    ],
    // Views, rules, triggers, policies
    [
      'a view',
      'CREATE OR REPLACE VIEW small_customer AS SELECT id, name FROM customer WHERE priority < 4 WITH CASCADED CHECK OPTION',
      /^schema: view public.small_customer definition: is .*4.*, was .*3/,
    ],
    [
      'a view without its security barrier',
      'ALTER VIEW paid_invoice RESET (security_barrier)',
      'schema: view public.paid_invoice options: is not set, was security_barrier=true',
    ],
    [
      'a materialized view emptied',
      'REFRESH MATERIALIZED VIEW invoice_totals WITH NO DATA',
      'schema: materialized view public.invoice_totals populated: is no, was yes',
    ],
    [
      'a trigger disabled',
      'ALTER TABLE customer DISABLE TRIGGER touch',
      'schema: trigger touch on public.customer firing: is disabled, was enabled',
    ],
    [
      'a trigger missing',
      'DROP TRIGGER checked ON invoice',
      'schema: trigger checked on public.invoice is missing',
    ],
    [
      'a rule enabled',
      'ALTER TABLE wide_text ENABLE RULE disabled_rule',
      'schema: rule disabled_rule on public.wide_text firing: is enabled, was disabled',
    ],
    [
      'a policy gone',
      'DROP POLICY everyone ON customer',
      'schema: policy everyone on public.customer is missing',
    ],
    [
      'a policy for more roles',
      'ALTER POLICY own_mood ON customer TO PUBLIC',
      'schema: policy own_mood on public.customer roles: is PUBLIC, was Awkward reader, awkward_owner',
    ],
    [
      'a policy that shows more',
      "ALTER POLICY own_mood ON customer USING (mood IN ('happy', 'ok'))",
      /^schema: policy own_mood on public.customer using: is/,
    ],
    // Types and routines
    [
      'the order of an enum',
      "UPDATE pg_enum SET enumsortorder = 99 WHERE enumlabel = 'meh'",
      "schema: enum type public.mood labels: is 'sad', 'ok', 'happy', 'meh', was 'sad', 'meh', 'ok', 'happy'",
    ],
    [
      'a domain constraint',
      'ALTER DOMAIN email DROP CONSTRAINT has_at',
      'schema: domain constraint has_at on public.email is missing',
    ],
    [
      'a composite type',
      'CREATE TYPE other AS (a int); ALTER TYPE money_amount ADD ATTRIBUTE extra int',
      /^schema: composite type public.money_amount attributes: is .*extra integer, was/,
    ],
    [
      'a function body',
      'CREATE OR REPLACE FUNCTION audit.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$',
      /^schema: function audit.on_ddl\(\) definition: is .*RETURN.*, was .*NULL/,
    ],
    [
      "a function's search path",
      'ALTER FUNCTION audit.touch() RESET search_path',
      /^schema: function audit.touch\(\) definition: .*SET search_path/,
    ],
    ['a cast', 'DROP CAST (mood AS integer)', 'schema: cast (public.mood AS integer) is missing'],
    [
      'an aggregate',
      'CREATE OR REPLACE AGGREGATE total(money_amount) (SFUNC = add_amounts, STYPE = money_amount)',
      'schema: aggregate public.total(public.money_amount) initial value: is not set, was (0,EUR)',
    ],
    // Others
    ['an extension missing', 'DROP EXTENSION pg_trgm CASCADE', 'schema: extension pg_trgm is missing'],
    ['a schema missing', 'DROP SCHEMA "Sales & Co" CASCADE', 'schema: schema "Sales & Co" is missing'],
    [
      'a publication',
      'ALTER PUBLICATION some_tables DROP TABLE invoice',
      'schema: published table public.invoice in publication some_tables is missing',
    ],
    [
      'what a publication sends',
      "ALTER PUBLICATION some_tables SET (publish = 'insert')",
      'schema: publication some_tables updates: is no, was yes',
    ],
    [
      'an event trigger disabled',
      'ALTER EVENT TRIGGER note_ddl DISABLE',
      'schema: event trigger note_ddl firing: is disabled, was enabled',
    ],
    [
      'a foreign server',
      "ALTER SERVER nowhere OPTIONS (SET host 'elsewhere')",
      'schema: foreign server nowhere options: is host=elsewhere, was host=nowhere.invalid',
    ],
    [
      'a search configuration',
      'ALTER TEXT SEARCH CONFIGURATION plain_search DROP MAPPING FOR word',
      /^schema: text search configuration public.plain_search mappings: is/,
    ],
    [
      'a comment',
      "COMMENT ON COLUMN customer.born IS 'x'",
      'schema: comment on table column public.customer.born text: is x, was date of birth',
    ],
    // Owners and privileges
    [
      'an owner',
      'ALTER TABLE invoice OWNER TO CURRENT_USER',
      'schema: owner of table public.invoice owner: is backstop, was awkward_owner',
    ],
    [
      'a privilege lost',
      'REVOKE UPDATE ON customer FROM "Awkward reader"',
      'schema: privileges on table public.customer Awkward reader: is SELECT, was SELECT, UPDATE',
    ],
    [
      'a privilege too many',
      'GRANT EXECUTE ON FUNCTION double_it(integer) TO PUBLIC',
      'schema: privileges on function public.double_it(integer) PUBLIC: is not set, was not EXECUTE',
    ],
    [
      'a column privilege',
      'REVOKE SELECT (total) ON invoice FROM "Awkward reader"',
      'schema: privileges on table column public.invoice.total Awkward reader: is not set, was SELECT',
    ],
    [
      'default privileges',
      'ALTER DEFAULT PRIVILEGES FOR ROLE awkward_owner IN SCHEMA audit REVOKE SELECT ON TABLES FROM "Awkward reader"',
      'schema: default privileges for role awkward_owner in schema audit on tables Awkward reader: is not set, was SELECT',
    ],
    [
      "a large object's privileges",
      'REVOKE SELECT ON LARGE OBJECT 4712 FROM "Awkward reader"',
      'schema: large objects by owner and privileges backstop {backstop=rw/backstop,"\\"Awkward reader\\"=r/backstop"}: is not set, was 1',
    ],
  ];

  test.each(damages)('%s', async (_, sql, line) => {
    const damaged = await copyOf(twin);
    await query(damaged, `SET session_replication_role = replica; SET allow_system_table_mods = on; ${sql}`);
    const lines = inLines(await compare(damaged, expected));
    expect(lines).toEqual(
      expect.arrayContaining([typeof line === 'string' ? line : expect.stringMatching(line)]),
    );
    // Named, not drowned: what follows from one damage fits on a screen.
    expect(lines.length).toBeLessThan(12);
  });
});

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
