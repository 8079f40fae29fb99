/** Migrations that begin in the middle of a backup: at each of its phases, all the usual ones. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import type { Failure } from '../../lib/contract/failure';
import { failing } from '../../lib/contract/inventory';
import type { StoredFile } from '../../lib/contract/manifest';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { makeBench, NOTHING, remains } from '../support/make-backup';
import { startPausingProxy, type PausingProxy } from '../support/pausing-proxy';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase, sharedMajors } from '../support/shared-servers';
import { eventually } from '../support/spawn';

const SOURCE = `
  CREATE TABLE of_column (a int); CREATE TABLE of_type (a int, b text); CREATE TABLE of_truncate (a int);
  CREATE TABLE of_drop (a int); CREATE TABLE of_index (a int); CREATE TABLE of_sequence (id serial);
  CREATE SCHEMA leaving; CREATE TABLE leaving.t (a int); CREATE FUNCTION leaving.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
  INSERT INTO of_column SELECT generate_series(1, 100); INSERT INTO of_type SELECT i, 'x' FROM generate_series(1, 100) i;
  INSERT INTO of_truncate SELECT generate_series(1, 100); INSERT INTO of_drop SELECT generate_series(1, 100);
  INSERT INTO of_index SELECT generate_series(1, 100); INSERT INTO leaving.t SELECT generate_series(1, 100);
  INSERT INTO of_sequence SELECT FROM generate_series(1, 100);
  CREATE MATERIALIZED VIEW of_refresh AS SELECT a FROM of_index; INSERT INTO of_index VALUES (101);
  CREATE MATERIALIZED VIEW of_view_drop AS SELECT a FROM of_index;
  CREATE SEQUENCE of_sequence_drop; CREATE TABLE owner (id int); CREATE SEQUENCE of_owned_drop OWNED BY owner.id;
  CREATE FUNCTION of_function() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW of_view AS SELECT 1 AS one`;

/** They want tables for themselves. */
const EXCLUSIVE = [
  'ALTER TABLE of_column ADD COLUMN b int DEFAULT 7',
  'ALTER TABLE of_type ALTER a TYPE bigint',
  'TRUNCATE of_truncate',
  'DROP TABLE of_drop',
  'DROP SCHEMA leaving CASCADE',
];

/** They go on beside every reader of tables. */
const CONCURRENT = [
  'CREATE INDEX CONCURRENTLY ON of_index (a)',
  'REFRESH MATERIALIZED VIEW of_refresh',
  'ALTER SEQUENCE of_sequence_id_seq RESTART WITH 5',
];

/** Nothing that a dump or a backup locks. */
const UNLOCKED = [
  `CREATE OR REPLACE FUNCTION of_function() RETURNS int LANGUAGE sql AS 'SELECT 2'`,
  'CREATE OR REPLACE VIEW of_view AS SELECT 1 AS one, 2 AS two',
];
const DROPPED = [
  'DROP SEQUENCE of_sequence_drop',
  'DROP SEQUENCE of_owned_drop',
  'DROP MATERIALIZED VIEW of_view_drop',
  'DROP FUNCTION of_function',
];

const MIGRATIONS: [kind: string, statements: readonly string[]][] = [
  ['migrations that want tables for themselves', EXCLUSIVE],
  ['migrations beside every reader', CONCURRENT],
  ['migrations of what nobody locks', UNLOCKED],
  ['migrations that drop what nobody locks', DROPPED],
];

/**
 * Whether a point is made; `either` where it depends on which session is the quicker. Behind a migration that waits for our
 * locks, those that pg_dump still has to take wait as well, for so long as it is told to.
 */
type Outcome = 'made' | 'refused' | 'either';
type Outcomes = readonly [exclusive: Outcome, concurrent: Outcome, unlocked: Outcome, dropped: Outcome];

const BEFORE_LOCKS = 'LOCK TABLE ONLY';

/** What the backup is about to say, how often it has said it by then, and what becomes of it beside each kind. */
const PHASES: readonly [phase: string, words: string, nth: number, outcomes: Outcomes][] = [
  ['the holder is open', BEFORE_LOCKS, 1, ['made', 'made', 'made', 'made']],
  [
    'tables are locked, and there is no snapshot',
    ...(['pg_export_snapshot', 1, ['refused', 'made', 'made', 'made']] as const),
  ],
  ['the snapshot is taken', 'WITH blocked AS', 2, ['refused', 'made', 'refused', 'refused']],
  [
    'the inventory is counting',
    'SELECT count(*)::text AS rows',
    1,
    ['refused', 'made', 'refused', 'refused'],
  ],
  ['pg_dump is about to lock', 'LOCK TABLE public.', 1, ['refused', 'made', 'refused', 'refused']],
  ['pg_dump is reading rows', 'COPY public.', 1, ['refused', 'made', 'either', 'either']],
  ['the dump has ended', 'SELECT 1\0', 1, ['made', 'made', 'made', 'made']],
];

/** Each on a connection of its own; answers when each has ended or waits for a lock. */
async function begin(url: string, statements: readonly string[]) {
  const clients = await Promise.all(
    statements.map(async () => {
      const client = new Client({ connectionString: url, application_name: 'migration' });
      await client.connect();
      return client;
    }),
  );
  const ended = statements.map((sql, i) => clients[i]?.query(sql) ?? Promise.reject(new Error('no client')));
  let over = 0;
  for (const each of ended) void each.catch(() => undefined).finally(() => (over += 1));
  await eventually('the migrations end or wait', async () => {
    const waiting = await query(
      url,
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'migration'
          AND state = 'active' AND wait_event_type = 'Lock'`,
    );
    expect(over + waiting.length).toBe(statements.length);
  });
  return async () => {
    await Promise.all(ended);
    await Promise.all(clients.map((client) => client.end()));
  };
}

const LOCKS = `
  SELECT DISTINCT l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)
   WHERE l.locktype = 'relation' AND a.datname = current_database() AND a.application_name LIKE 'backstop%'`;

async function locks(url: string): Promise<unknown[]> {
  return (await query(url, LOCKS)).map(({ mode }) => mode);
}

let proxy: PausingProxy | undefined;
afterEach(() => proxy?.stop());

/** Answers with the failure of the backup, or undefined. */
async function backupDuring(
  url: string,
  [, words, nth]: (typeof PHASES)[number],
  statements: readonly string[],
) {
  proxy = await startPausingProxy(url);
  const bench = await makeBench(proxy.url);
  const pause = proxy.pauseBefore(words, nth);
  const running = bench.backup({ lockTimeoutSeconds: 1 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await pause.reached;
  // pg_dump takes no other lock either.
  expect(await locks(url)).toEqual(words === BEFORE_LOCKS ? [] : ['AccessShareLock']);
  const migrated = await begin(url, statements);
  pause.end();
  const failure = await running;
  await migrated();
  return { bench, failure };
}

describe.each(sharedMajors())('PostgreSQL %s', (major) => {
  describe.each(PHASES)('while %s', (...phase) => {
    const cases = MIGRATIONS.map(([kind, statements], index) => ({
      ...{ kind, statements, outcome: phase[3][index] ?? 'either' },
    }));
    test.each(cases)('$kind end, $outcome, and no point is proven wrong', async ({ statements, outcome }) => {
      const url = await freshDatabase(major);
      await query(url, SOURCE);
      const { bench, failure } = await backupDuring(url, phase, statements);
      const seen = failure === undefined ? 'made' : 'refused';
      expect({ seen, failure }).toEqual({ seen: outcome === 'either' ? seen : outcome, failure });
      if (failure === undefined) {
        const { differences } = await restoreBench(bench, url).restore();
        expect(failing(differences)).toEqual([]);
      } else {
        expect(failure).toMatchObject({
          name: 'Failure',
          hint: expect.stringMatching(/migration|blocker|Nothing was recorded/) as string,
        });
        expect([3, 5]).toContain((failure as Failure).exitCode);
        await eventually('all sessions end', async () => {
          expect(await remains(bench)).toEqual(NOTHING);
        });
      }
    });
  });
});

test('a materialized view may be refreshed as soon as its rows and its definition are read', async () => {
  const url = await freshDatabase();
  await query(url, SOURCE);
  proxy = await startPausingProxy(url);
  const bench = await makeBench(proxy.url);
  const pause = proxy.pauseBefore('SELECT 1\0');
  const running = bench.backup();
  await pause.reached;
  await query(url, `SET lock_timeout = '10s'; REFRESH MATERIALIZED VIEW of_refresh`);
  pause.end();
  await running;
});

test.each([0, 4, 6])('a backup is made beside the migrations that nobody reads', async (index) => {
  const url = await freshDatabase();
  await query(url, SOURCE);
  const phase = PHASES[index];
  if (phase === undefined) throw new Error('no such phase');
  const { failure } = await backupDuring(url, phase, CONCURRENT);
  expect(failure).toBeUndefined();
});

test('while a dump that has ended is still being stored, the backup holds no lock', async () => {
  const url = await freshDatabase();
  await query(url, SOURCE);
  const begun = Promise.withResolvers<undefined>();
  const stored = Promise.withResolvers<undefined>();
  class Slow extends DirectoryStore {
    override async put(...parameters: Parameters<DirectoryStore['put']>): Promise<StoredFile> {
      if (parameters[0].includes('/dump/')) {
        begun.resolve(undefined);
        await stored.promise;
      }
      return super.put(...parameters);
    }
  }
  const bench = await makeBench(url, new Slow(mkdtempSync(path.join(tmpdir(), 'slow-'))));
  const running = bench.backup();
  await begun.promise;
  await eventually('the locks are given back', async () => {
    expect(await locks(url)).toEqual([]);
  });
  await query(url, 'TRUNCATE of_truncate');
  stored.resolve(undefined);
  await running;
  const { differences } = await restoreBench(bench).restore();
  expect(failing(differences)).toEqual([]);
});

test('while the manifest is stored, the backup holds no lock at all', async () => {
  const url = await freshDatabase();
  await query(url, SOURCE);
  const held = new Map<string, unknown[]>();
  class Watched extends DirectoryStore {
    override async put(...parameters: Parameters<DirectoryStore['put']>): Promise<StoredFile> {
      held.set(parameters[0], await locks(url));
      return super.put(...parameters);
    }
  }
  const bench = await makeBench(url, new Watched(mkdtempSync(path.join(tmpdir(), 'watched-'))));
  await bench.backup();
  const [manifest, readme] = ['manifests/', 'README.txt'].map(
    (name) => [...held].find(([key]) => key.includes(name))?.[1],
  );
  expect({ manifest, readme }).toEqual({ manifest: [], readme: [] });
});
