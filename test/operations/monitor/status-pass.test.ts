/** The status as the monitor writes it: what its full pass saw, what it could not see, and the digest of the day. */
import { STATUS_FILES, statusKey, type StatusFile } from '../../../lib/contract/status-pages';
import { statusSchema, type Status } from '../../../lib/contract/status';
import { Failure } from '../../../lib/contract/failure';
import { alarmTestRecordKey } from '../../../lib/contract/alarm-test-record';
import { evidencePrefix } from '../../../lib/contract/evidence';
import type { Documents } from '../../../lib/runtime/documents';
import type { Store } from '../../../lib/runtime/store';
import { changedStore } from '../../support/changed-store';
import { pointId } from '../../support/made-index';
import { tellRun } from '../../support/monitor-bench';
import { WatchedShop } from '../../support/watched-shop';

/** Backed up, locked, proven and held, as it should be. */
async function healthyShop(): Promise<WatchedShop> {
  const shop = await WatchedShop.make();
  const point = await shop.backUp();
  const evidence = await shop.prove(point);
  await shop.lock(point);
  await shop.hold(point, evidence);
  return shop.at('2026-11-20T12:00:00Z');
}

async function written({ monitor: { documents } }: WatchedShop): Promise<Status> {
  const body = await documents.read(statusKey('json'));
  return statusSchema.parse(JSON.parse(body!.toString('utf8')));
}

const statusAfter = async (shop: WatchedShop) => {
  await shop.look('full');
  return written(shop);
};

test('a full pass writes the page, the badge, the text and what programs read', async () => {
  const shop = await healthyShop();
  const status = await statusAfter(shop);
  for (const file of ['page', 'json', 'badge', 'markdown'] satisfies StatusFile[])
    expect([file, await shop.monitor.documents.read(`status/${STATUS_FILES[file]}`)]).toEqual([
      file,
      expect.any(Buffer),
    ]);
  expect(status).toMatchObject({
    ...{ installation: 'backstop', store: 's3://model', problems: [] },
    ...{ madeAt: '2026-11-20T12:00:00.000Z', nextBy: '2026-11-20T14:30:00.000Z' },
    contacts: ['a restore is needed: Ada Example, +49 30 23125 100'],
    protection: { differences: [] },
    databases: [
      {
        name: 'shop',
        objectives: { rpoHours: 25, provenWithinHours: 26, rtoMinutes: 240 },
        proven: { snapshotAt: '2026-11-20T02:00:00.000Z', restoreSeconds: 60 },
        points: [{ state: 'valid', proven: true, held: true, fault: null }],
        drills: [{ standing: 'proven' }],
      },
    ],
    audit: [{ program: 'drill', outcome: 'done' }],
  });
});

test('a run that failed is a problem in the words that it told, whatever they are', async () => {
  const shop = await healthyShop();
  const hostile = '</script><script>alert("x")</script>';
  const failed = { database: 'shop', id: pointId('2026-11-20T11:00:00Z'), at: shop.now.toISOString() };
  await tellRun(shop.bucket, { ...failed, event: 'started' });
  await tellRun(shop.bucket, { ...failed, event: 'ended', exitCode: 5, failure: hostile });
  const status = await statusAfter(shop);
  expect(status.problems.map(({ alarm }) => alarm)).toEqual(['BackupFailed']);
  expect(status.problems[0]?.text).toContain(hostile);
  expect(status.databases[0]?.failures[0]?.text).toContain(hostile);
});

test('what could not be looked at is told as that, everything else as it is, and the pass fails', async () => {
  const shop = await healthyShop();
  const denied = () => Promise.reject(new Failure('store-failed', 'AccessDenied'));
  const store = blindTo(shop.bucket, evidencePrefix('shop'));
  const error = await shop.look('full', { store, subscriptions: denied }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Failure);
  const { problems, databases, protection } = await written(shop);
  expect(problems.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      'Could not be looked at: subscriptions: AccessDenied',
      expect.stringContaining("shop's drills"),
    ]),
  );
  expect(databases[0]?.problems.length).toBeGreaterThan(0);
  expect(protection).not.toBeNull();
});

/** As a store of which a part may not be listed. */
function blindTo(store: Store, prefix: string): Store {
  return changedStore(store, {
    list: (asked, options) => {
      if (asked.startsWith(prefix)) throw new Failure('store-failed', `${prefix}: AccessDenied`);
      return store.list(asked, options);
    },
  });
}

test('a status that cannot be written fails the pass, after its gauges are published', async () => {
  const shop = await healthyShop();
  const { documents } = shop.monitor;
  const full: Documents = {
    url: documents.url,
    read: (key) => documents.read(key),
    write: (key, body, mediaType) =>
      key.startsWith('status/')
        ? Promise.reject(new Failure('store-failed', 'no room'))
        : documents.write(key, body, mediaType),
  };
  const { published, error } = await shop.monitor.pass('full', shop.now, { documents: full });
  expect(published['shop']).toMatchObject({ faultyManifests: 0, unkeptObjects: 0 });
  expect(error).toMatchObject({ message: expect.stringContaining('the status: no room') });
});

test('each event of the audit is read once, and again where what was remembered is lost', async () => {
  const shop = await healthyShop();
  const read: string[] = [];
  const store = changedStore(shop.bucket, {
    get: (key, options) => {
      if (key.startsWith('audit/')) read.push(key);
      return shop.bucket.get(key, options);
    },
  });
  await shop.look('full', { store });
  const first = [...new Set(read)];
  expect(first).toHaveLength(2);
  read.length = 0;
  await shop.look('full', { store });
  expect(read).toEqual([]);
  await shop.monitor.documents.write('history/postgres/shop.json.gz', Buffer.from('?'), 'application/gzip');
  await shop.look('full', { store });
  expect([...new Set(read)].sort()).toEqual(first.sort());
  expect((await written(shop)).audit).toHaveLength(1);
});

test('the newest test of an alarm is told', async () => {
  const shop = await healthyShop();
  const record = (testedAt: string, arrived: boolean) => ({
    ...{ version: 1, testedAt, alarm: 'acme-BackupMissing', arrived, secondsToArrival: arrived ? 12 : null },
    by: 'ops',
  });
  for (const each of [record('2026-11-01T09:00:00.000Z', false), record('2026-11-08T09:00:00.000Z', true)])
    await shop.monitor.statusStore.put(alarmTestRecordKey(each), Buffer.from(JSON.stringify(each)));
  expect((await statusAfter(shop)).alarmTest).toEqual({
    ...{ testedAt: '2026-11-08T09:00:00.000Z', alarm: 'acme-BackupMissing', arrived: true, seconds: 12 },
  });
});

describe('the digest', () => {
  const sendAt = async (shop: WatchedShop, time: string) => {
    const { error } = await shop.monitor.answer({ pass: 'digest' }, new Date(time));
    return { error, told: shop.monitor.notified.at(-1) };
  };

  test('tells what the newest status says', async () => {
    const shop = await healthyShop();
    await shop.look('full');
    const { error, told } = await sendAt(shop, '2026-11-20T13:00:00Z');
    expect(error).toBeUndefined();
    expect(told?.subject).toContain('backstop');
    expect(told?.text).not.toContain('monitor is silent');
  });

  test('of a status past its time says loudly that it is old', async () => {
    const shop = await healthyShop();
    await shop.look('full');
    const { told } = await sendAt(shop, '2026-11-21T07:00:00Z');
    expect(told?.text).toContain('This status is 19 h old');
  });

  test('where there is none says so, and fails', async () => {
    const { error, told } = await sendAt(await WatchedShop.make(), '2026-11-20T07:00:00Z');
    expect(told).toMatchObject({
      subject: 'Backstop backstop: NO STATUS',
      text: expect.stringContaining('docs/runbook.md#monitorsilent'),
    });
    expect(error).toBeInstanceOf(Failure);
  });
});
