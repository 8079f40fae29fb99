/** What a backup tells of itself: when it began, and how it ended. */
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { auditEventSchema, auditPrefix, type AuditEvent } from '../../lib/contract/audit-event';
import { Failure } from '../../lib/contract/failure';
import { osUser } from '../../lib/runtime/caller';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import { backstop } from '../support/backstop-cli';
import * as faults from '../support/fault-proxy';
import { faultyToolchain } from '../support/faulty-toolchain';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench, type Bench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { emulatorEnvironment, sharedServers } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';

let url: string;
beforeAll(async () => {
  url = await shopDatabase();
});

/** Of all runs, by key. */
async function auditOf(bench: Bench): Promise<AuditEvent[]> {
  const keys = await bench.keys(auditPrefix('backup', 'shop'));
  const texts = await Promise.all(keys.map(async (key) => text(await bench.store.get(key))));
  return texts.map((json) => auditEventSchema.parse(JSON.parse(json)));
}

test('a run tells that it began and that it ended well, who asked for it and which slot it serves', async () => {
  const bench = await makeBench(url);
  const slot = '2026-11-20T02:00:00.000Z';
  const { manifest } = await bench.backup({ slot });
  const { id, requestedBy: who, reason } = manifest;
  const common = { version: 1, program: 'backup', database: 'shop', id, who, reason, slot };
  const [ended, started] = await auditOf(bench);
  expect(started).toEqual({ ...common, event: 'started', at: expect.any(String) });
  expect(ended).toEqual({ ...common, event: 'ended', at: expect.any(String), exitCode: 0 });
  expect(Date.parse(started!.at)).toBeLessThanOrEqual(Date.parse(manifest.finishedAt));
  expect(Date.parse(ended!.at)).toBeGreaterThanOrEqual(Date.parse(manifest.finishedAt));
  const day = id.replace(/^(\d{4})(\d\d)(\d\d).*/, '$1/$2/$3');
  expect(await bench.keys('audit/')).toEqual([
    `audit/backup/shop/${day}/${id}-ended.json`,
    `audit/backup/shop/${day}/${id}-started.json`,
  ]);
});

test('a run in AWS tells whose credentials it had, and each run on which machine by whom', async () => {
  const bucket = await lockedBucket(adminClient());
  const bench = await makeBench(url, new S3Store(bucket, s3Client()));
  const { exitCode, stderr } = await backstop(
    ['backup', '--database', 'shop', '--from', url, '--signer', `file:${bench.keyFile}`],
    { ...emulatorEnvironment(), BACKSTOP_STORE: `s3://${bucket}`, BACKSTOP_REQUESTED_BY: 'somebody else' },
  );
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const identity = 'arn:aws:sts::123456789012:user/moto';
  const told = { who: 'somebody else', identity, osUser: osUser() };
  expect(await auditOf(bench)).toMatchObject([
    { event: 'ended', ...told },
    { event: 'started', ...told },
  ]);
});

test('an export tells what it holds', async () => {
  const bench = await makeBench(url);
  await bench.backup({ tables: ['public.customer'] });
  const what = 'export of public.customer';
  expect(await auditOf(bench)).toMatchObject([{ what }, { what }]);
});

test('a run that a person started serves no slot', async () => {
  const bench = await makeBench(url);
  await bench.backup();
  expect((await auditOf(bench)).map((event) => 'slot' in event)).toEqual([false, false]);
});

test('a dump that fails ends with its exit code and its reason, and leaves nothing else', async () => {
  const bench = await makeBench(url);
  const postgresBin = faultyToolchain('exits-at-once').directory;
  await expect(bench.backup({ postgresBin })).rejects.toMatchObject({ exitCode: 5 });
  expect(await auditOf(bench)).toMatchObject([
    { event: 'ended', exitCode: 5, failure: expect.stringContaining('pg_dump exited with 1') },
    { event: 'started' },
  ]);
  expect((await bench.keys()).filter((key) => !key.startsWith('audit/'))).toEqual([]);
});

test('a run that is told to stop still says so', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('hangs');
  const controller = new AbortController();
  const running = bench.backup({ postgresBin: toolchain.directory }, controller.signal);
  const failing = expect(running).rejects.toMatchObject({ exitCode: 11 });
  await toolchain.pid();
  controller.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
  await failing;
  expect(await auditOf(bench)).toMatchObject([
    { event: 'ended', exitCode: 11, failure: 'Stopped by SIGTERM.' },
    { event: 'started' },
  ]);
});

test('a run that is told to stop while it waits for a lock does not wait for its end', async () => {
  const bench = await makeBench(url);
  const blocker = new Client({ connectionString: url });
  await blocker.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE invoice IN ACCESS EXCLUSIVE MODE');
    const controller = new AbortController();
    const running = bench.backup({ lockTimeoutSeconds: 3600 }, controller.signal);
    const failing = expect(running).rejects.toMatchObject({ exitCode: 11 });
    await eventually('the backup waits', async () => {
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'backstop%' AND wait_event_type = 'Lock'`;
      expect(await query(url, waiting)).toHaveLength(1);
    });
    controller.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
    await failing;
  } finally {
    await blocker.end();
  }
  expect(await auditOf(bench)).toMatchObject([{ event: 'ended', exitCode: 11 }, { event: 'started' }]);
});

test('a run that never got hold of the database ended without having begun', async () => {
  const bench = await makeBench(url.replace(/:\d+\//, ':1/'));
  await expect(bench.backup()).rejects.toMatchObject({ exitCode: 3 });
  expect(await auditOf(bench)).toMatchObject([{ event: 'ended', exitCode: 3 }]);
});

test('what a defect says may hold a secret: the audit tells its kind alone', async () => {
  const bench = await makeBench(url);
  await expect(bench.backup({ keep: {} })).rejects.toBeInstanceOf(RangeError);
  expect((await auditOf(bench))[0]).toMatchObject({
    exitCode: 1,
    failure: 'RangeError: a defect; the log of the run says more.',
  });
});

describe('with a store that fails', () => {
  const started = { method: 'PUT', url: /-started\.json/ };
  const ended = { method: 'PUT', url: /-ended\.json/ };
  let proxy: faults.FaultProxy;
  let bench: Bench;
  beforeAll(async () => {
    proxy = await faults.startFaultProxy(sharedServers().emulator);
  });
  beforeEach(async () => {
    const admin = adminClient();
    const client = s3Client({ endpoint: proxy.endpoint, idleTimeoutMs: 2_000 });
    bench = await makeBench(url, new S3Store(await lockedBucket(admin), client));
    admin.destroy();
  });
  afterEach(() => {
    proxy.clear();
  });
  afterAll(() => proxy.stop());

  test('a beginning that cannot be recorded ends the run before it dumps', async () => {
    proxy.fail(started, faults.refuse(403, 'AccessDenied'));
    await expect(bench.backup()).rejects.toMatchObject({ kind: 'store-failed' });
    expect((await bench.keys()).filter((key) => !key.endsWith('-ended.json'))).toEqual([]);
    expect(await auditOf(bench)).toMatchObject([{ event: 'ended', exitCode: 6 }]);
  });

  test('an end that cannot be recorded leaves the recovery point as good as it is', async () => {
    proxy.fail(ended, faults.refuse(403, 'AccessDenied'));
    const { manifestKey } = await bench.backup();
    expect(await bench.keys('manifests/')).toEqual([manifestKey]);
    expect(await auditOf(bench)).toMatchObject([{ event: 'started' }]);
  });

  test('an end that cannot be recorded hides no failure', async () => {
    proxy.fail(ended, faults.refuse(403, 'AccessDenied'));
    const postgresBin = faultyToolchain('exits-at-once').directory;
    await expect(bench.backup({ postgresBin })).rejects.toMatchObject({ kind: 'dump-failed' });
  });

  test('the lost answer to an event is survived: what is there already is our own', async () => {
    proxy.fail({ ...started, nth: 1 }, faults.loseAnswer);
    await bench.backup();
    expect((await auditOf(bench)).map(({ event }) => event)).toEqual(['ended', 'started']);
  });
});
