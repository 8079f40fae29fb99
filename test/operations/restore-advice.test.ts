/** Databases that work every day, are backed up without a word, and whose dumps do not load. */
import { failing } from '../../lib/contract/inventory';
import type { ArchiveFormat } from '../../lib/contract/manifest';
import { BROKEN_SOURCES } from '../support/broken-sources';
import { drillBench, NOTHING_REMAINS } from '../support/drill-bench';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

async function backedUp(major: number | undefined, sql: string, format: ArchiveFormat = 'directory') {
  const url = await freshDatabase(major);
  await query(url, sql);
  const bench = await makeBench(url);
  await bench.backup({ format });
  return { url, bench, target: restoreBench(bench) };
}

// The newest major is drilled below.
describe.each(sharedMajors().slice(0, 1))('PostgreSQL %s', (major) => {
  test.each(BROKEN_SOURCES)('the restore finds $fault, and says what to do at the source', async (broken) => {
    const { target } = await backedUp(major, broken.sql);
    await expect(target.restore({ jobs: broken.jobs ?? 2, compare: 'rows' })).rejects.toMatchObject({
      exitCode: 9,
      message: expect.stringMatching(broken.message) as string,
      hint: expect.stringMatching(broken.advice) as string,
    });
    expect(await target.exists()).toBe(false);
  });
});

test.each(BROKEN_SOURCES)('a drill finds $fault, and its evidence says what to do', async (broken) => {
  const { bench } = await backedUp(sharedMajors().at(-1), broken.sql);
  const drills = await drillBench(bench);
  await expect(drills.drill({ jobs: broken.jobs ?? 2, minimumRows: 0 })).rejects.toMatchObject({
    exitCode: 9,
  });
  const [evidence] = await drills.evidence();
  expect(evidence).toMatchObject({ outcome: 'failed', exitCode: 9 });
  expect(evidence?.failure).toMatch(broken.message);
  expect(evidence?.failure).toMatch(broken.advice);
  expect(drills.remains()).toEqual(NOTHING_REMAINS);
});

test.each(BROKEN_SOURCES)('$fault: what the advice says mends it', async ({ sql, mend, jobs = 2 }) => {
  const url = await freshDatabase(sharedMajors().at(-1));
  await query(url, sql);
  await query(url, mend);
  const bench = await makeBench(url);
  await bench.backup();
  const { differences } = await restoreBench(bench).restore({ jobs });
  expect(failing(differences)).toEqual([]);
});

test.each(['custom', 'plain'] as const)('advice is given for a %s dump, too', async (format) => {
  const [orphan, , , , , , check] = BROKEN_SOURCES;
  for (const broken of [orphan, check]) {
    const { target } = await backedUp(undefined, broken?.sql ?? '', format);
    await expect(target.restore()).rejects.toMatchObject({
      exitCode: 9,
      hint: expect.stringMatching(/At the source/) as string,
    });
  }
});

test('what the rows hold stands in no message: it would be kept for years', async () => {
  const secret = 'swordfish';
  const faults = [
    `CREATE TABLE a (name text); INSERT INTO a VALUES (E'${secret}\\n${secret} is duplicated.'), (E'${secret}\\n${secret} is duplicated.');
     CREATE UNIQUE INDEX one ON a (name) WHERE false; DROP INDEX one; CREATE TABLE b (name text UNIQUE);
     ALTER TABLE a ADD CONSTRAINT other FOREIGN KEY (name) REFERENCES b (name) NOT VALID;
     UPDATE pg_constraint SET convalidated = true WHERE conname = 'other'`,
    `CREATE FUNCTION fits(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
     CREATE TABLE a (name text CHECK (fits(name))); INSERT INTO a VALUES (E'${secret}\\n${secret}');
     CREATE OR REPLACE FUNCTION fits(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'`,
  ];
  for (const sql of faults) {
    const { target } = await backedUp(undefined, sql);
    const failure: unknown = await target.restore().catch((error: unknown) => error);
    expect(failure).toMatchObject({ exitCode: 9 });
    expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain(secret);
  }
});

test('the error is not drowned by the text of the statement that failed', async () => {
  const cases = Array.from({ length: 40 }, (_, n) => `WHEN ${n} THEN ${n}`).join(' ');
  const { target } = await backedUp(
    undefined,
    `CREATE FUNCTION half(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
     CREATE TABLE part (id int); CREATE INDEX ON part (half(CASE id ${cases} END));
     CREATE OR REPLACE FUNCTION half(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'`,
  );
  await expect(target.restore()).rejects.toMatchObject({
    message: expect.stringContaining('must be marked IMMUTABLE') as string,
    hint: expect.stringContaining('ALTER FUNCTION … IMMUTABLE') as string,
  });
});

test('a tablespace that the target lacks is named, with both ways out', async () => {
  const url = await freshDatabase();
  const name = `fast_${new URL(url).pathname.slice(1)}`;
  const allowing = new URL(url);
  allowing.searchParams.set('options', '-c allow_in_place_tablespaces=on');
  await query(allowing.toString(), `CREATE TABLESPACE ${name} LOCATION ''`);
  await query(url, `CREATE TABLE t (a int) TABLESPACE ${name}`);
  const bench = await makeBench(url);
  await bench.backup();
  await query(url, `ALTER TABLESPACE ${name} RENAME TO ${name}_gone`);
  await expect(restoreBench(bench).restore()).rejects.toMatchObject({
    exitCode: 9,
    hint: expect.stringMatching(/CREATE TABLESPACE fast_.*ALTER TABLE ALL IN TABLESPACE fast_/) as string,
  });
});

/** What pg_dump has to take apart: each is loaded whole. */
const LOOPS = {
  'sequences owned by each other’s tables': `
    CREATE TABLE a (id int); CREATE TABLE b (id int);
    CREATE SEQUENCE of_a OWNED BY a.id; CREATE SEQUENCE of_b OWNED BY b.id;
    ALTER TABLE a ALTER id SET DEFAULT nextval('of_b'); ALTER TABLE b ALTER id SET DEFAULT nextval('of_a');
    INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES`,
  'a sequence that another table uses and a third one owns': `
    CREATE TABLE owner (id int); CREATE TABLE first (id int); CREATE TABLE second (id int);
    CREATE SEQUENCE shared OWNED BY owner.id; ALTER TABLE first ALTER id SET DEFAULT nextval('shared');
    ALTER TABLE second ALTER id SET DEFAULT nextval('shared'); INSERT INTO second DEFAULT VALUES`,
  'views that select from each other': `
    CREATE VIEW a AS SELECT 1 AS n; CREATE VIEW b AS SELECT n FROM a; CREATE OR REPLACE VIEW a AS SELECT n FROM b`,
  // Reading the constant takes a while: with the rule's own view locked, and the other one not yet.
  'views and rules that write into each other': `
    CREATE FUNCTION slowly(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN true; END';
    CREATE DOMAIN slow AS int CHECK (public.slowly(VALUE)); CREATE TYPE pair AS (n slow);
    CREATE TABLE t (n int); CREATE VIEW v AS SELECT n FROM t; CREATE VIEW w AS SELECT n FROM v;
    CREATE RULE to_w AS ON INSERT TO v WHERE '(1)'::pair IS NOT NULL DO INSTEAD INSERT INTO t SELECT n FROM w WHERE n = NEW.n;
    CREATE RULE to_v AS ON INSERT TO w WHERE '(1)'::pair IS NOT NULL DO INSTEAD INSERT INTO v VALUES (NEW.n)`,
  'foreign keys in a circle, and one on itself': `
    CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
    CREATE TABLE node (id int PRIMARY KEY, parent int REFERENCES node);
    INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1); INSERT INTO node VALUES (1, 1), (2, 1);
    ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b`,
  'a function whose default calls a function of its table’s type': `
    CREATE TABLE t (n int); CREATE FUNCTION twice(t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.n * 2';
    ALTER TABLE t ADD CHECK (public.twice(t) > 0); CREATE VIEW v AS SELECT n, t.twice FROM t; INSERT INTO t VALUES (1)`,
  'a sequence whose column is not a number, and one whose column holds NaN': `
    CREATE TABLE t (a text, n numeric, f float8); INSERT INTO t VALUES ('x', 'NaN', 'NaN'), ('y', 3, 4), ('z', 2, 'Infinity');
    CREATE SEQUENCE of_a OWNED BY t.a; CREATE SEQUENCE of_n OWNED BY t.n; CREATE SEQUENCE of_f OWNED BY t.f;
    SELECT setval('of_n', 3), setval('of_f', 4)`,
};

describe.each(sharedMajors())('PostgreSQL %s', (major) => {
  test.each(Object.entries(LOOPS))('%s are loaded without a difference', async (_, sql) => {
    const { target } = await backedUp(major, sql);
    expect(await target.restore()).toMatchObject({ differences: [] });
  });
});
