import { Client } from 'pg';
import { EXIT_CODES, Failure, type FailureKind } from '../../lib/contract/failure';
import type { BackupRequest } from '../../lib/operations/backup-request';
import type { ArchiveFormat } from '../../lib/contract/manifest';
import { faultyToolchain, isRunning } from '../support/faulty-toolchain';
import { makeBench, NOTHING, remains, type Bench } from '../support/make-backup';
import { query, startCluster } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';

let url: string;
beforeAll(async () => {
  url = await shopDatabase();
});

async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const error: unknown = await attempt.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error;
  throw error;
}

async function expectFailure(
  bench: Bench,
  request: Partial<BackupRequest>,
  kind: FailureKind,
): Promise<Failure> {
  const failure = await failureOf(bench.backup(request));
  expect({ kind: failure.kind, message: failure.message }).toMatchObject({ kind });
  expect(failure.exitCode).toBe(EXIT_CODES[kind]);
  await eventually(
    'all sessions end',
    async () => {
      expect(await remains(bench)).toEqual(NOTHING);
    },
    5_000,
  );
  return failure;
}

const FORMATS: ArchiveFormat[] = ['directory', 'custom', 'plain'];

describe.each(FORMATS)('in %s format', (format) => {
  test.each([
    ['exits-at-once', /exited with 1\n {2}pg_dump: error: something went wrong/],
    ['exits-midway', /exited with 1/],
    ['is-killed', /was ended by SIGKILL/],
    ['writes-nothing', /./],
  ])('a dump that %s leaves no recovery point', async (fixture, message) => {
    const bench = await makeBench(url);
    const failure = await expectFailure(
      bench,
      { format, postgresBin: faultyToolchain(fixture).directory },
      'dump-failed',
    );
    expect(failure.message).toMatch(message);
    expect(await bench.keys('points/')).not.toContainEqual(expect.stringMatching(/dump\.|toc\.dat/));
  });

  test('a dump that hangs is ended, and so is what it started', async () => {
    const bench = await makeBench(url);
    const toolchain = faultyToolchain('hangs');
    const failure = await expectFailure(
      bench,
      { format, postgresBin: toolchain.directory, stallTimeoutSeconds: 1 },
      'dump-failed',
    );
    expect(failure.message).toMatch(/nothing happened for \d+ s/);
    expect(isRunning(await toolchain.pid())).toBe(false);
  });

  test('an archive without a table that the snapshot has is refused', async () => {
    const bench = await makeBench(url);
    const failure = await expectFailure(
      bench,
      { format, postgresBin: faultyToolchain('leaves-out-a-table').directory },
      'dump-failed',
    );
    expect(failure.message).toBe('The archive lacks the rows of "public"."invoice_line".');
  });

  test('a warning of pg_dump stands in the manifest', async () => {
    const bench = await makeBench(url);
    const { manifest } = await bench.backup({ format, postgresBin: faultyToolchain('warns').directory });
    expect(manifest.warnings).toEqual([
      'pg_dump: warning: there are circular foreign-key constraints on this table',
    ]);
  });

  test('a sound dump has no warnings', async () => {
    const bench = await makeBench(url);
    expect((await bench.backup({ format })).manifest.warnings).toEqual([]);
  });

  test('messages that parallel workers write into one another are no warnings', async () => {
    const bench = await makeBench(url);
    const postgresBin = faultyToolchain('speaks-in-pieces').directory;
    expect((await bench.backup({ format, postgresBin })).manifest.warnings).toEqual([]);
  });
});

test('the words of pg_dump that tell of the failure are not drowned by those of its work', async () => {
  const bench = await makeBench(url);
  const failure = await expectFailure(
    bench,
    { postgresBin: faultyToolchain('exits-midway').directory },
    'dump-failed',
  );
  expect(failure.message.split('\n')).toEqual([
    'pg_dump exited with 1',
    '  pg_dump: error: the connection to the server was lost',
  ]);
});

test('a pg_restore that starts late still finds the head of the archive', async () => {
  const bench = await makeBench(url);
  const postgresBin = faultyToolchain('starts-late', 15, 'pg_restore').directory;
  await expect(bench.backup({ format: 'custom', postgresBin })).resolves.toBeDefined();
});

test('a stream that is cut after 12 MB leaves no object', async () => {
  const bench = await makeBench(url);
  const postgresBin = faultyToolchain('exits-after-12-mb').directory;
  for (const format of ['custom', 'plain'] as const) {
    const failure = await expectFailure(bench, { format, postgresBin }, 'dump-failed');
    expect(failure.message).toMatch(/exited with 3|no archive/);
  }
  expect(await bench.keys('points/')).not.toContainEqual(expect.stringContaining('/dump.'));
});

test('a table of contents that names a missing file is refused', async () => {
  const bench = await makeBench(url);
  const failure = await expectFailure(
    bench,
    { postgresBin: faultyToolchain('loses-a-file').directory },
    'dump-failed',
  );
  expect(failure.message).toMatch(/names rows whose files were not stored: TABLE DATA/);
});

test('a disk that is full ends the dump', async () => {
  const bench = await makeBench(url);
  const failure = await expectFailure(
    bench,
    { postgresBin: faultyToolchain('fills-the-disk').directory, compression: 'none' },
    'dump-failed',
  );
  expect(failure.message).toMatch(/could not write|File too large/);
});

test('a scratch folder that cannot be made is named', async () => {
  const bench = await makeBench(url);
  const failure = await failureOf(bench.backup({ scratchRoot: '/dev/null' }));
  expect(failure.message).toMatch(/No folder can be made in \/dev\/null/);
});

test('a locked table ends the run, and the message names table and blocker', async () => {
  const bench = await makeBench(url);
  const blocker = new Client({ connectionString: url, application_name: 'nightly migration' });
  await blocker.connect();
  await blocker.query('BEGIN; LOCK TABLE invoice IN ACCESS EXCLUSIVE MODE');
  const failure = await expectFailure(bench, { lockTimeoutSeconds: 1 }, 'database-unreachable');
  await blocker.end();
  expect(failure.message).toMatch(/Table "public"."invoice": pid \d+ \(backstop, nightly migration\) holds/);
});

test('a server that goes away ends the run', async () => {
  const cluster = await startCluster(15);
  const database = await cluster.createDatabase();
  await query(database, 'CREATE TABLE t AS SELECT 1 AS a');
  const bench = await makeBench(database);
  const toolchain = faultyToolchain('is-slow');
  const failing = failureOf(bench.backup({ postgresBin: toolchain.directory }));
  const pid = await toolchain.pid();
  await cluster.kill();
  const failure = await failing;
  expect(failure.kind).toBe('database-unreachable');
  expect(failure.message).toMatch(/the connection that holds the snapshot was lost/);
  expect(isRunning(pid)).toBe(false);
  expect(await bench.keys('manifests/')).toEqual([]);
});

test('a holder whose session is ended by somebody ends the run', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('is-slow');
  const failing = expectFailure(bench, { postgresBin: toolchain.directory }, 'database-unreachable');
  await toolchain.pid();
  await query(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  // Whichever notices first: the session itself, or the query that it was running.
  expect((await failing).message).toMatch(/snapshot was lost|could not be read: terminating connection/);
});

test('two backups of one database do not run at once', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('is-slow');
  const running = bench.backup({ postgresBin: toolchain.directory });
  await toolchain.pid();
  const second = await failureOf(bench.backup());
  expect(second.kind).toBe('already-running');
  toolchain.release();
  await expect(running).resolves.toMatchObject({ manifest: { database: 'shop' } });
});

test('a stop signal ends the run, its program and its locks', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('hangs');
  const controller = new AbortController();
  const failing = failureOf(bench.backup({ postgresBin: toolchain.directory }, controller.signal));
  const pid = await toolchain.pid();
  controller.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
  expect((await failing).exitCode).toBe(11);
  expect(isRunning(pid)).toBe(false);
  await eventually('all sessions end', async () => {
    expect(await remains(bench)).toEqual(NOTHING);
  });
});

test("no client of the server's major: the run ends before it dumps, and names both", async () => {
  const bench = await makeBench(url);
  const failure = await expectFailure(bench, { postgresBin: '/nonexistent' }, 'no-client');
  expect(failure.message).toMatch(/PostgreSQL 15; the client programs found here are: none/);
});

test('a migration that waits for our locks is told, and may be given way', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('is-slow');
  // No inventory: its session would be stopped by the waiting migration first, on a busy machine.
  const running = bench.backup({
    postgresBin: toolchain.directory,
    inventory: 'none',
    abortWhenBlockingSeconds: 2,
  });
  const failing = failureOf(running);
  await toolchain.pid();
  const migration = new Client({ connectionString: url, application_name: 'migration' });
  await migration.connect();
  await migration.query('ALTER TABLE audit_log ADD COLUMN who text');
  await migration.end();
  const failure = await failing;
  expect(failure.message).toMatch(
    /pid \d+ \(backstop, migration\) waits for this backup's locks: ALTER TABLE/,
  );
  expect(await remains(bench)).toMatchObject({ manifests: [] });
});

test('pg_dump does not queue for ever behind a migration that waits for our locks', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('is-slow');
  const running = bench.backup({
    postgresBin: toolchain.directory,
    inventory: 'none',
    lockTimeoutSeconds: 1,
    stallTimeoutSeconds: 600,
  });
  const failing = failureOf(running);
  await toolchain.pid();
  const migration = new Client({ connectionString: url, application_name: 'migration' });
  await migration.connect();
  const waiting = migration.query('BEGIN; LOCK TABLE audit_log; ROLLBACK');
  await eventually('the migration waits', async () => {
    const waiters = await query(url, 'SELECT pid FROM pg_locks WHERE NOT granted AND relation IS NOT NULL');
    if (waiters.length === 0) throw new Error('it does not yet');
  });
  toolchain.release();
  expect((await failing).message).toMatch(/canceling statement due to (lock|statement) timeout/);
  await waiting;
  await migration.end();
  expect(await remains(bench)).toMatchObject({ manifests: [] });
});
