/** A check `varchar IN (…)` deparses differently once it was restored; a changed check deparses differently too. */
import { Client } from 'pg';
import type { Catalog } from '../../../lib/contract/inventory';
import { readCatalog } from '../../../lib/postgres/catalog/read-catalog';
import { catalogChanges } from '../../../lib/postgres/compare/catalog-changes';
import { inWords } from '../../../lib/postgres/compare/compare-catalogs';
import { withoutRewordings } from '../../../lib/postgres/compare/replay-expressions';
import { copyOf, restoredTwin } from '../../support/awkward-database';
import { query } from '../../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';

const TRAP = (value: string) => `${value} IN ('a', 'b')`;

/** One trap in each place where the server keeps an expression. */
const PLACES: Readonly<Record<string, string>> = {
  'constraint c on public.checked': `CREATE TABLE checked (v varchar, CONSTRAINT c CHECK (${TRAP('v')}))`,
  'constraint c on public.tree': `CREATE TABLE tree (v varchar, CONSTRAINT c CHECK (${TRAP('v')})) PARTITION BY LIST (v)`,
  'constraint c on public.leaf': `CREATE TABLE leaf PARTITION OF tree DEFAULT`,
  'constraint c on public.heir': `CREATE TABLE heir () INHERITS (checked)`,
  'constraint x on public.excluded': `CREATE TABLE excluded (v varchar,
     CONSTRAINT x EXCLUDE USING btree (v WITH =) WHERE (${TRAP('v')}))`,
  'domain constraint d_check on public.d': `CREATE DOMAIN d AS varchar CONSTRAINT d_check CHECK (${TRAP('VALUE')})`,
  'domain public.flag': `CREATE DOMAIN flag AS boolean DEFAULT (${TRAP("'a'::varchar")})`,
  'column public.main.f': `CREATE TABLE main (id int, v varchar, f boolean DEFAULT (${TRAP("'a'::varchar")}))`,
  'column public.main.g': `ALTER TABLE main ADD g boolean GENERATED ALWAYS AS (${TRAP('v')}) STORED`,
  'index public."I x"': `CREATE INDEX "I x" ON main (id) WHERE ${TRAP('v')}`,
  'index public.tree_i': `CREATE INDEX tree_i ON tree ((${TRAP('v')}))`,
  'index public.leaf_expr_idx': 'SELECT 1',
  'index public.x': 'SELECT 1',
  'statistics object public.s': `CREATE STATISTICS s ON (${TRAP('v')}), id FROM main`,
  'view public.seen': `CREATE VIEW seen AS SELECT id FROM main WHERE ${TRAP('v')}`,
  'materialized view public.stored': `CREATE MATERIALIZED VIEW stored AS SELECT id FROM main WHERE ${TRAP('v')}`,
  'rule r on public.main': `CREATE RULE r AS ON DELETE TO main WHERE ${TRAP('OLD.v')} DO ALSO NOTHING`,
  'rule w on public.seen_too': `CREATE VIEW seen_too AS SELECT id, v FROM main;
     CREATE RULE w AS ON UPDATE TO seen_too WHERE ${TRAP('NEW.v')} DO INSTEAD NOTHING`,
  'trigger t on public.main': `CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER t AFTER UPDATE ON main FOR EACH ROW WHEN (${TRAP('NEW.v')}) EXECUTE FUNCTION tf()`,
  'table public.parted': `CREATE TABLE parted (v varchar) PARTITION BY LIST ((${TRAP('v')}))`,
  'policy p on public.main': `CREATE POLICY p ON main USING (${TRAP('v')}) WITH CHECK (${TRAP('v')})`,
  'function public.body(character varying)': `CREATE FUNCTION body(v varchar) RETURNS boolean LANGUAGE sql
     RETURN ${TRAP('v')}`,
};

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function catalogOf(client: Client): Promise<Catalog> {
  await client.query('BEGIN');
  const catalog = await readCatalog(client);
  await client.query('ROLLBACK');
  return catalog;
}

/** Subjects that differ at first sight, and those that remain. */
async function compared(expected: Catalog, url: string) {
  const client = await connected(url);
  try {
    const before = await catalogOf(client);
    const changes = catalogChanges(expected, before, { owners: true });
    const remaining = await withoutRewordings(client, changes);
    expect(await catalogOf(client)).toEqual(before);
    const subjects = (of: typeof changes) =>
      [...new Set(of.flatMap(inWords).map((line) => line.subject))].sort();
    return { apparent: subjects(changes), remaining: subjects(remaining) };
  } finally {
    await client.end();
  }
}

async function sourceWith(sql: string, major = 15): Promise<[string, Catalog]> {
  const url = await freshDatabase(major);
  await query(url, sql);
  const client = await connected(url);
  const catalog = await catalogOf(client);
  await client.end();
  return [url, catalog];
}

test.each(sharedMajors())(
  'PostgreSQL %i: an expression that only reads differently is no difference, wherever it stands',
  async (major) => {
    const [source, expected] = await sourceWith(Object.values(PLACES).join(';\n'), major);
    const { apparent, remaining } = await compared(expected, await restoredTwin(source, major));
    expect(apparent).toEqual(Object.keys(PLACES).sort());
    expect(remaining).toEqual([]);
  },
);

describe('on a restored twin', () => {
  let expected: Catalog;
  let twin: string;
  beforeAll(async () => {
    const [source, catalog] = await sourceWith(`${Object.values(PLACES).join(';\n')};
      CREATE FUNCTION slow(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
        BEGIN
          IF current_setting('test.scan', true) = 'refused' THEN RAISE 'the table was scanned'; END IF;
          RETURN t;
        END $$;
      CREATE INDEX slow_index ON main (slow(v)) WHERE ${TRAP('v')};
      ALTER TABLE main ADD CONSTRAINT slow_check CHECK (slow(v) = v AND ${TRAP('v')});
      INSERT INTO main (id, v) VALUES (1, 'a')`);
    expected = catalog;
    twin = await restoredTwin(source);
  });

  test.each([
    [
      'constraint c on public.checked',
      "ALTER TABLE checked DROP CONSTRAINT c; ALTER TABLE checked ADD CONSTRAINT c CHECK (v IN ('a', 'c'))",
    ],
    ['view public.seen', "CREATE OR REPLACE VIEW seen AS SELECT id FROM main WHERE v IN ('a', 'c')"],
    ['policy p on public.main', "ALTER POLICY p ON main WITH CHECK (v IN ('a', 'c'))"],
    ['index public."I x"', `DROP INDEX "I x"; CREATE INDEX "I x" ON main (id) WHERE v IN ('a', 'b', 'c')`],
    ['column public.main.f', "ALTER TABLE main ALTER f SET DEFAULT ('a'::varchar NOT IN ('a', 'b'))"],
  ])('a changed %s stays a difference', async (subject, change) => {
    const changed = await copyOf(twin);
    await query(changed, change);
    const { remaining } = await compared(expected, changed);
    expect(remaining).toContain(subject);
  });

  test('no row is read: neither an index build nor a validation happens', async () => {
    const refusing = await copyOf(twin);
    await query(
      refusing,
      `ALTER DATABASE "${new URL(refusing).pathname.slice(1)}" SET test.scan = 'refused'`,
    );
    const { apparent, remaining } = await compared(expected, refusing);
    expect(apparent).toEqual(
      expect.arrayContaining(['index public.slow_index', 'constraint slow_check on public.main']),
    );
    expect(remaining).toEqual([]);
  });

  test("the restored database's own event triggers do not interfere", async () => {
    const guarded = await copyOf(twin);
    await query(
      guarded,
      `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no DDL here'; END $$;
       CREATE EVENT TRIGGER refuse_ddl ON ddl_command_start EXECUTE FUNCTION refuse()`,
    );
    const { remaining } = await compared(expected, guarded);
    expect(remaining).toEqual([
      'event trigger refuse_ddl',
      'function public.refuse()',
      'owner of event trigger refuse_ddl',
      'owner of function public.refuse()',
    ]);
  });

  test('a replay that fails leaves the difference standing', async () => {
    const broken = await copyOf(twin);
    await query(broken, 'ALTER TABLE checked RENAME v TO other');
    const { remaining } = await compared(expected, broken);
    expect(remaining).toContain('constraint c on public.checked');
    expect(remaining).toContain('column public.checked.v');
  });
});
