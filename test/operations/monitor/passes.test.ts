/** Whole passes over a real store with real recovery points, a faulty one among them. */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { evidenceKey, type Evidence } from '../../../lib/contract/evidence';
import { FULL_GAUGES, INSTALLATION_GAUGES, LIGHT_GAUGES } from '../../../lib/contract/metrics';
import { manifestKey, manifestPrefix } from '../../../lib/contract/object-keys';
import { stampOf } from '../../../lib/contract/recovery-point-id';
import { scheduleRecordPrefix } from '../../../lib/contract/schedule-record';
import { systemClock } from '../../../lib/runtime/clock';
import type { ListOptions, Store } from '../../../lib/runtime/store';
import { REQUESTS } from '../../../lib/settings/cost-assumptions';
import { newSigner } from '../../support/watched-shop';
import { evidenceOf, putEvidence } from '../../support/made-evidence';
import { makeBench, type Bench } from '../../support/make-backup';
import { monitorBench, monitorConfig, tellRun } from '../../support/monitor-bench';
import { ModelBucket } from '../../support/model-bucket';
import { shopDatabase } from '../../support/small-database';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Objects are locked until the end of their points, as if the keeper had been there. */
const bucket = new ModelBucket(systemClock, 40);
let bench: Bench;
let trusted: string[];
/** Of the newest point. */
let made: Date;
let newestId: string;
let proof: Evidence;
let trustedEvidence: readonly string[];

beforeAll(async () => {
  bench = await makeBench(await shopDatabase(), bucket);
  trusted = [readFileSync(bench.publicKeyFile, 'utf8')];
  for (let count = 0; count < 4; count++) await bench.backup();
  const result = await bench.backup();
  const evidenceSigner = await newSigner();
  trustedEvidence = await evidenceSigner.trustedPublicKeys();
  const manifestBytes = await buffer(await bench.store.get(result.manifestKey));
  proof = evidenceOf(result.manifest, manifestBytes, new Date());
  await putEvidence(bench.store, evidenceSigner, proof);
  made = new Date(result.manifest.snapshotAt);
  newestId = result.manifest.id;
});

const monitorOf = (databases: readonly string[], store: Store = bench.store) =>
  monitorBench(monitorConfig(databases), store, bucket, trusted, trustedEvidence);

function after(ms: number): Date {
  return new Date(made.getTime() + ms);
}

/** The store, which keys were read in it, and which listings began where. */
function watched(store: Store) {
  const read: string[] = [];
  const listed: [prefix: string, after: string | undefined][] = [];
  const get: Store['get'] = (key, options) => {
    read.push(key);
    return store.get(key, options);
  };
  const list = (prefix: string, options?: ListOptions) => {
    listed.push([prefix, options?.after]);
    return store.list(prefix, options);
  };
  const rest = { url: store.url, locks: () => store.locks(), close: () => store.close() };
  const put: Store['put'] = (key, body, options) => store.put(key, body, options);
  const head: Store['head'] = (key) => store.head(key);
  return { read, listed, store: { ...rest, get, list, put, head } };
}

test('a light pass publishes each of its gauges, of every database and of the installation', async () => {
  const { published, error } = await monitorOf(['shop', 'garage']).pass('light', after(2 * HOUR));
  expect(error).toBeUndefined();
  const ofDatabase = Object.keys(LIGHT_GAUGES).filter((name) => name !== 'monitorPasses');
  expect(Object.keys(published['shop']!).sort()).toEqual(ofDatabase.sort());
  expect(Object.keys(published['garage']!).sort()).toEqual(ofDatabase.sort());
  expect(published['']).toEqual({ monitorPasses: 1 });
  expect(published['shop']).toMatchObject({ failedRuns: 0, stuckRuns: 0, failedDrills: 0 });
  expect(published['shop']!.newestPointAge).toBeCloseTo(2, 3);
  expect(published['shop']!.provenPointAge).toBeCloseTo(2, 3);
  expect(published['garage']!.newestPointAge).toBe(100_000);
});

test('a full pass publishes each of its gauges', async () => {
  const { published, error } = await monitorOf(['shop', 'garage']).pass('full', after(HOUR));
  expect(error).toBeUndefined();
  const installation: string[] = INSTALLATION_GAUGES.filter((name) => name !== 'monitorPasses');
  const ofDatabase = Object.keys(FULL_GAUGES).filter((name) => !installation.includes(name));
  expect(Object.keys(published['shop']!).sort()).toEqual(ofDatabase.sort());
  expect(Object.keys(published['garage']!).sort()).toEqual(ofDatabase.sort());
  expect(published['']).toEqual({ guardrailDifferences: 0, unconfirmedSubscriptions: 0 });
  expect(published['shop']).toMatchObject({ points: 5, faultyManifests: 0 });
  expect(published['shop']!.sizeRatio).toBeCloseTo(1, 1);
  expect(published['shop']!.databaseBytes).toBeGreaterThan(published['shop']!.storedBytes!);
  expect(published['garage']).toMatchObject({ points: 0, storedBytes: 0, sizeRatio: 1 });
});

test('it reads one manifest and its proof, and no event of a run that these have settled', async () => {
  const { store, read } = watched(bench.store);
  await monitorOf(['shop'], store).pass('light', after(HOUR));
  expect(read).toEqual([manifestKey('shop', newestId), evidenceKey(proof)]);
});

test('it lists the newest days of manifests and evidence, and the runs since point and proof', async () => {
  const monitor = monitorOf(['shop']);
  await monitor.pass('light', after(HOUR));
  const { store, listed } = watched(bench.store);
  await monitor.pass('light', after(HOUR), { store });
  const dayOf = (id: string) => id.slice(0, 8).replace(/(....)(..)(..)/, '$1/$2/$3');
  const twoDaysAgo = stampOf(after(HOUR - 2 * DAY));
  expect(listed).toEqual([
    ['manifests/postgres/shop/', `manifests/postgres/shop/${twoDaysAgo}`],
    ['audit/backup/shop/', `audit/backup/shop/${dayOf(newestId)}/${newestId}-started.json`],
    ['evidence/postgres/shop/', `evidence/postgres/shop/${twoDaysAgo}`],
    ['audit/drill/shop/', `audit/drill/shop/${dayOf(proof.id)}/${proof.id}-started.json`],
  ]);
});

test('the requests of a light pass are those that the estimate of costs counts', async () => {
  const monitor = monitorOf(['shop']);
  await monitor.pass('light', after(HOUR));
  const [points, status] = [watched(bench.store), watched(monitor.statusStore)];
  const changes = { store: points.store, statusStore: status.store };
  await monitor.pass('light', after(HOUR), changes);
  const [lists = 0, gets = 0] = [
    [points.listed, status.listed],
    [points.read, status.read],
  ].map((of) => of.flat().length);
  const { lightPass, drillPass, manifest } = REQUESTS;
  const counted = {
    lists: lightPass.lists + drillPass.lists,
    gets: lightPass.gets + drillPass.gets,
  };
  // An object's versions are listed before it is read.
  expect({ lists, gets }).toEqual({ ...counted, lists: counted.lists - gets * manifest.lists });
});

test('of many manifests that cannot be believed it reads the newest twenty', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `${stampOf(after(-index * HOUR))}-0a1b2c`);
  for (const id of ids) await bench.store.put(manifestKey('flood', id), Buffer.from('{}'));
  const { store, read } = watched(bench.store);
  const { published } = await monitorOf(['flood'], store).pass('light', after(HOUR));
  expect(published['flood']).toMatchObject({ newestPointAge: 100_000 });
  expect(read).toEqual(ids.slice(0, 20).map((id) => manifestKey('flood', id)));
});

test('it goes back as far as it must, and reads no manifest twice', async () => {
  const ids = [0, 10, 100, 300].map((days) => `${stampOf(after(-days * DAY))}-0a1b2c`);
  for (const id of ids) await bench.store.put(manifestKey('sparse', id), Buffer.from('{}'));
  const { store, read } = watched(bench.store);
  await monitorOf(['sparse'], store).pass('light', after(HOUR));
  expect(read).toEqual(ids.map((id) => manifestKey('sparse', id)));
});

/** One a night, back from the newest point of the shop. @returns their keys, newest first */
async function putNightly(database: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, day) => `${stampOf(after(-day * DAY))}-0a1b2c`);
  for (const id of ids) await bench.store.put(manifestKey(database, id), Buffer.from('{}'));
  return ids.map((id) => manifestKey(database, id));
}

test('a full pass reads the manifests of points that may still be valid, and none that is older', async () => {
  const keys = await putNightly('old', 60);
  const { store, read } = watched(bench.store);
  const { published } = await monitorOf(['old'], store).pass('full', after(HOUR));
  expect(new Set(read)).toEqual(new Set(keys.slice(0, 31)));
  expect(published['old']).toMatchObject({ faultyManifests: 31 });
});

test('where fewer are left than sizes are compared with, it reads that many', async () => {
  const keys = await putNightly('seldom', 20);
  const { store, read } = watched(bench.store);
  const config = monitorConfig(['seldom']);
  const weekly = { ...config, databases: { seldom: { ...config.databases['seldom']!, longestLifeDays: 4 } } };
  await monitorBench(weekly, store, bucket, trusted).pass('full', after(HOUR));
  // After that the status asks for the newest point, as a light pass does.
  expect(new Set(read.slice(0, 11))).toEqual(new Set(keys.slice(0, 11)));
});

test('of a long series of failures it counts and reads the newest hundred', async () => {
  for (let index = 0; index < 105; index++) {
    const at = after(-index * HOUR);
    const id = `${stampOf(at)}-0a1b2c`;
    await tellRun(bench.store, { database: 'series', id, event: 'started' });
    await tellRun(bench.store, {
      ...{ database: 'series', id, event: 'ended', exitCode: 3, failure: 'refused' },
      at: at.toISOString(),
    });
  }
  const { store, read } = watched(bench.store);
  const { published } = await monitorOf(['series'], store).pass('light', after(HOUR));
  expect(published['series']).toMatchObject({ failedRuns: 100 });
  expect(read).toHaveLength(100);
});

test('a run that failed counts until there is a newer point; one that still works does not', async () => {
  const monitor = monitorOf(['shop']);
  const failedId = `${stampOf(after(HOUR))}-0a1b2c`;
  await tellRun(bench.store, { database: 'shop', id: failedId, event: 'started' });
  const working = await monitor.pass('light', after(HOUR + 60_000));
  expect(working.published['shop']).toMatchObject({ failedRuns: 0, stuckRuns: 0 });
  const late = await monitor.pass('light', after(3 * HOUR));
  expect(late.published['shop']).toMatchObject({ failedRuns: 1, stuckRuns: 1 });
  await tellRun(bench.store, {
    ...{ database: 'shop', id: failedId, event: 'ended', exitCode: 5, failure: 'pg_dump said no' },
    at: after(HOUR + 60_000).toISOString(),
  });
  const failed = await monitor.pass('light', after(3 * HOUR));
  expect(failed.published['shop']).toMatchObject({ failedRuns: 1, stuckRuns: 0 });
  expect(monitor.told).toContain(`shop: run ${failedId} ended with 5: pg_dump said no`);
});

test('an event of an end that cannot be read is a failure', async () => {
  const id = `${stampOf(after(HOUR))}-0a1b2d`;
  const [date, month, day] = [id.slice(0, 4), id.slice(4, 6), id.slice(6, 8)];
  await bench.store.put(`audit/backup/orders/${date}/${month}/${day}/${id}-ended.json`, Buffer.from('{'));
  const { published, error } = await monitorOf(['orders']).pass('light', after(2 * HOUR));
  expect(error).toBeUndefined();
  expect(published['orders']).toMatchObject({ failedRuns: 1, newestPointAge: 100_000 });
});

test('a task that ECS tells of is counted at once, and by every pass after it', async () => {
  const monitor = monitorOf(['shop', 'garage']);
  const arn = 'arn:aws:ecs:eu-central-1:111122223333';
  const at = after(20 * HOUR);
  const event = {
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    time: at.toISOString(),
    detail: {
      taskArn: `${arn}:task/backstop/c13b4cb40f1f4fe4a2971f76ae5a47ad`,
      taskDefinitionArn: `${arn}:task-definition/backstop-backup-garage:1`,
      ...{ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason: 'no such secret' },
      ...{ createdAt: at.toISOString(), stoppedAt: at.toISOString(), containers: [{ name: 'backup' }] },
    },
  };
  const before = await monitor.pass('light', after(21 * HOUR));
  const told = await monitor.answer(event, at);
  expect(told.error).toBeUndefined();
  expect(Object.keys(told.published)).toEqual(['garage']);
  expect(told.published['garage']).toMatchObject({ failedRuns: 1 });
  const { published } = await monitor.pass('light', after(21 * HOUR));
  expect(published['garage']).toMatchObject({ failedRuns: 1 });
  expect(published['shop']).toEqual(before.published['shop']);
  expect(monitor.told).toContain(
    'garage: task c13b4cb40f1f4fe4a2971f76ae5a47ad: TaskFailedToStart: no such secret',
  );
});

test('an event that is none of ours publishes nothing, and one of no known kind is an error', async () => {
  const monitor = monitorOf(['shop']);
  expect(await monitor.answer({ pass: 'quick' }, made)).toMatchObject({ published: {} });
  expect((await monitor.answer({ pass: 'quick' }, made)).error).toBeInstanceOf(Error);
});

describe('slots', () => {
  /** One a day, six hours after the newest point, whatever time it is now. */
  function daily(database: string) {
    const slot = after(6 * HOUR);
    const config = monitorConfig([database]);
    const monitored = config.databases[database]!;
    const cron = `${slot.getUTCMinutes()} ${slot.getUTCHours()} * * *`;
    config.databases[database] = { ...monitored, schedule: { ...monitored.schedule, cron } };
    return { config, monitor: monitorBench(config, bench.store, bucket, trusted) };
  }

  test("those of a schedule that nobody has seen before are nobody's fault; the next ones are", async () => {
    const { monitor } = daily('garage');
    const first = await monitor.pass('light', after(0));
    expect(first.published['garage']).toMatchObject({ overdueSlots: 0 });
    const later = await monitor.pass('light', after(2 * DAY));
    expect(later.published['garage']).toMatchObject({ overdueSlots: 2 });
  });

  test('with another schedule they count anew, and with the old one again', async () => {
    const { config, monitor } = daily('garage');
    const once = config.databases['garage']!;
    const hourly = { ...once, schedule: { ...once.schedule, cron: '0 * * * *' } };
    await monitor.pass('light', after(0));
    config.databases['garage'] = hourly;
    const changed = await monitor.pass('light', after(2 * DAY));
    expect(changed.published['garage']).toMatchObject({ overdueSlots: 0 });
    config.databases['garage'] = once;
    const back = await monitor.pass('light', after(4 * DAY));
    expect(back.published['garage']).toMatchObject({ overdueSlots: 0 });
    const records: string[] = [];
    for await (const { key } of monitor.statusStore.list(scheduleRecordPrefix('garage'))) records.push(key);
    expect(records).toHaveLength(3);
  });

  test('of a database with points they count from the newest one', async () => {
    const { monitor } = daily('shop');
    await monitor.pass('light', after(-30 * DAY));
    const { published } = await monitor.pass('light', after(DAY));
    expect(published['shop']!.overdueSlots).toBe(1);
  });
});

test('a faulty manifest is passed over, told and counted, and silences nobody', async () => {
  const faulty = `${stampOf(after(60_000))}-000000`;
  await bench.store.put(`${manifestPrefix('shop')}${faulty}.json`, Buffer.from('{"payload": {}}'));
  const monitor = monitorOf(['shop', 'garage']);
  const light = await monitor.pass('light', after(HOUR));
  expect(light.error).toBeUndefined();
  expect(light.published['shop']!.newestPointAge).toBeCloseTo(1, 3);
  const full = await monitor.pass('full', after(HOUR));
  expect(full.published['shop']).toMatchObject({ points: 5, faultyManifests: 1 });
  expect(full.published['garage']).toMatchObject({ faultyManifests: 0 });
});

test('a manifest whose name lies in the future is not even read', async () => {
  const key = manifestKey('shop', `${stampOf(after(9 * DAY))}-000000`);
  await bench.store.put(key, Buffer.from('{}'));
  const { store, read } = watched(bench.store);
  const { published } = await monitorOf(['shop'], store).pass('light', after(HOUR));
  expect(published['shop']!.newestPointAge).toBeCloseTo(1, 3);
  expect(read).not.toContain(key);
});

test('a point of long ago is found, too', async () => {
  const { published } = await monitorOf(['shop']).pass('light', after(20 * DAY));
  expect(published['shop']!.newestPointAge).toBeCloseTo(480, 1);
});

test('a point past its expiry is none: its objects may be gone', async () => {
  const { published } = await monitorOf(['shop']).pass('light', after(31 * DAY));
  expect(published['shop']!.newestPointAge).toBe(100_000);
});

describe('what cannot be looked at', () => {
  const broken = (database: string): Store => ({
    ...watched(bench.store).store,
    list: (prefix, options) => {
      if (prefix.includes(`/${database}/`)) throw new Error('the store is out of reach');
      return bench.store.list(prefix, options);
    },
  });

  test('one database is silent; the others are published; the pass fails and does not count', async () => {
    const monitor = monitorOf(['garage', 'shop'], broken('garage'));
    for (const pass of ['light', 'full'] as const) {
      const { published, error } = await monitor.pass(pass, after(HOUR));
      expect(published['garage']).toBeUndefined();
      expect(published['shop']).toBeDefined();
      expect(published['']?.monitorPasses).toBeUndefined();
      expect(error).toMatchObject({
        kind: 'store-failed',
        message: expect.stringMatching(/garage: .*out of reach/),
      });
    }
  });

  test('guardrails that cannot be read are silent; all else is published', async () => {
    const { published, error } = await monitorOf(['shop']).pass('full', after(HOUR), {
      liveGuardrails: () => Promise.reject(new Error('access denied')),
    });
    expect(published['']).toEqual({ unconfirmedSubscriptions: 0 });
    expect(published['shop']).toMatchObject({ points: 5 });
    expect(error).toMatchObject({ message: expect.stringContaining('guardrails: access denied') });
  });
});

test('a difference of the guardrails is counted and named', async () => {
  const config = monitorConfig(['shop'], { guardrails: { versioning: 'Enabled' } });
  const monitor = monitorBench(config, bench.store, bucket, trusted);
  const { published } = await monitor.pass('full', after(HOUR), {
    liveGuardrails: () => Promise.resolve({ versioning: 'Suspended' }),
  });
  expect(published['']).toMatchObject({ guardrailDifferences: 1 });
  expect(monitor.told).toContain('Not as it was deployed: versioning is "Suspended" instead of "Enabled"');
});

test('points that somebody else signed are faulty, and make nothing fresh', async () => {
  const monitor = monitorBench(monitorConfig(['shop']), bench.store, bucket, []);
  const { published } = await monitor.pass('light', after(HOUR));
  expect(published['shop']!.newestPointAge).toBe(100_000);
});
