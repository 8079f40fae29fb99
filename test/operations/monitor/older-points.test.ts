/** What happens to points after they were the newest, and what never became one. */
import { pointPrefix } from '../../../lib/contract/object-keys';
import { areDue } from '../../../lib/operations/monitor/old-orphans';
import { loadIndex } from '../../../lib/operations/point-index/saved-index';
import { REQUESTS } from '../../../lib/settings/cost-assumptions';
import { changedStore } from '../../support/changed-store';
import { prefixOf, putDump } from '../../support/made-point';
import { WatchedShop, type PutPoint } from '../../support/watched-shop';

const HOUR_MS = 3_600_000;

let shop: WatchedShop;

beforeEach(async () => {
  shop = await WatchedShop.make();
});

/** A point a night, kept as the keeper keeps them, the oldest first. */
async function nightly(count: number, days = 30): Promise<PutPoint[]> {
  const points: PutPoint[] = [];
  for (let night = 0; night < count; night++) {
    shop.at(`2026-11-${10 + night}T02:00:00Z`);
    const point = await shop.backUp({ days });
    await shop.lock(point);
    points.push(point);
  }
  return points;
}

/** So many full passes, an hour apart. @returns what the last one published */
async function passes(count: number) {
  let gauges = {};
  for (let pass = 0; pass < count; pass++) {
    shop.now = new Date(shop.now.getTime() + HOUR_MS);
    shop.monitor.told.length = 0;
    gauges = await shop.look('full');
  }
  return gauges;
}

const indexNow = async () => (await loadIndex(shop.monitor.documents, 'shop'))!;
const fileOf = ({ manifest }: PutPoint) => manifest.files[0]!.key;

test('all is well with points that are whole, and each has been looked at', async () => {
  const points = await nightly(4);
  expect(await passes(3)).toMatchObject({ keptFaults: 0, points: 4 });
  const { points: known } = await indexNow();
  expect(known).toHaveLength(points.length);
  for (const { check, facts } of known)
    expect(check).toMatchObject({ whole: true, faults: 0, bytes: facts!.storedBytes });
  expect(shop.monitor.told).toEqual([]);
});

test('an older point that lost an object counts, is told, and counts until its time is over', async () => {
  const points = await nightly(4);
  await passes(3);
  shop.bucket.destroy(fileOf(points[1]!));
  expect(await passes(3)).toMatchObject({ keptFaults: 1 });
  expect(shop.monitor.told).toEqual([
    `shop: older point ${points[1]!.manifest.id} has 1 faults, the first: ${fileOf(points[1]!)} is not in the store`,
  ]);
  expect((await indexNow()).points.map(({ check }) => check!.whole)).toEqual([true, true, false, true]);
  shop.at(points[1]!.manifest.expiresAt);
  expect(await passes(1)).toMatchObject({ keptFaults: 0 });
});

test('one that was written over counts; the newest itself is counted elsewhere, until it is no longer', async () => {
  const points = await nightly(2);
  shop.bucket.overwrite(fileOf(points[1]!), Buffer.from('other bytes'));
  shop.bucket.overwrite(fileOf(points[0]!), Buffer.from('other bytes'));
  expect(await passes(1)).toMatchObject({ keptFaults: 1 });
  await shop.lock(await shop.backUp());
  expect(await passes(1)).toMatchObject({ keptFaults: 2 });
});

test('what was mended is over in the next pass', async () => {
  const points = await nightly(4);
  const key = fileOf(points[0]!);
  const [original] = await Array.fromAsync(shop.bucket.versions(key));
  shop.bucket.destroy(key);
  expect(await passes(3)).toMatchObject({ keptFaults: 1 });
  await shop.bucket.put(key, Buffer.from(key));
  expect(original!.bytes).toBe(Buffer.byteLength(key));
  expect(await passes(1)).toMatchObject({ keptFaults: 0 });
});

test('a point that went because its time had come is no fault', async () => {
  const points = await nightly(3, 5);
  await passes(2);
  for (const { manifest } of points.slice(0, 2))
    for (const { key } of manifest.files) shop.bucket.destroy(key);
  shop.at(points[1]!.manifest.expiresAt);
  expect(await passes(3)).toMatchObject({ keptFaults: 0, points: 1 });
});

test('a manifest that was taken away leaves a gap as long as the one after it is valid', async () => {
  const points = await nightly(4);
  await passes(1);
  shop.bucket.destroy(points[1]!.key);
  expect(await passes(1)).toMatchObject({ keptFaults: 1, faultyManifests: 0, points: 3 });
  expect(shop.monitor.told).toEqual([
    `shop: ${points[2]!.key} names a manifest before it that is not in the store: it was removed or changed`,
  ]);
  shop.at(points[2]!.manifest.expiresAt);
  expect(await passes(1)).toMatchObject({ keptFaults: 0 });
});

test('of many faults ten are told', async () => {
  const points = await nightly(14);
  for (const point of points) shop.bucket.destroy(fileOf(point));
  expect(await passes(14)).toMatchObject({ keptFaults: 13 });
  expect(shop.monitor.told.filter((text) => text.includes('older point'))).toHaveLength(10);
});

test('what cannot be looked at publishes nothing of it, and what was seen before is kept', async () => {
  await nightly(3);
  shop.now = new Date(shop.now.getTime() + HOUR_MS);
  const objects = Object.assign(Object.create(shop.bucket) as typeof shop.bucket, {
    onHold: () => Promise.reject(new Error('access denied')),
  });
  const { published, error } = await shop.monitor.pass('full', shop.now, { objects });
  expect(error).toMatchObject({
    message: expect.stringContaining("shop's older points: access denied") as string,
  });
  expect(published['shop']).toMatchObject({ points: 3 });
  expect(published['shop']).not.toHaveProperty('keptFaults');
  expect((await indexNow()).points).toHaveLength(3);
});

test('bytes are those of all valid points, as they lie in the store', async () => {
  const points = await nightly(3);
  const stored = points.reduce((sum, { manifest }) => sum + manifest.storedBytes, 0);
  expect(await passes(3)).toMatchObject({ keptBytes: stored });
  shop.bucket.overwrite(fileOf(points[0]!), Buffer.alloc(1000));
  expect(await passes(3)).toMatchObject({ keptBytes: stored + 1000 });
  shop.at(points[0]!.manifest.expiresAt);
  expect(await passes(1)).toMatchObject({ keptBytes: stored - points[0]!.manifest.storedBytes });
});

test('a hold is seen within the hour, and when it is gone', async () => {
  const points = await nightly(4);
  const evidence = await shop.prove(points[1]!);
  await passes(4);
  await shop.hold(points[1]!, evidence);
  await passes(1);
  expect((await indexNow()).points.map(({ held }) => held)).toEqual([false, false, true, false]);
  await shop.hold(points[1]!, evidence, false);
  await passes(1);
  expect((await indexNow()).points.some(({ held }) => held)).toBe(false);
});

describe('dumps that never became a point', () => {
  const startedAt = new Date('2026-11-09T02:00:00Z');

  test('are told of once a day and remembered; neither points nor what may still be running are', async () => {
    await putDump(shop.at('2026-11-09T02:00:00Z').bucket, { startedAt });
    await nightly(2);
    const running = new Date(shop.now.getTime() + 1000);
    await putDump(shop.bucket, { startedAt: running });
    const told: string[] = [];
    for (let hour = 0; hour < 23; hour++) {
      await passes(1);
      told.push(...shop.monitor.told);
    }
    const prefix = prefixOf({ startedAt });
    expect(prefix).toContain(pointPrefix('daily', 'shop', '').slice(0, -1));
    expect(told).toEqual([
      expect.stringMatching(/without a manifest: a backup that failed left them behind$/),
    ]);
    expect(told[0]).toContain(`shop: ${prefix} has 4 objects`);
    const { orphans } = await indexNow();
    expect(orphans).toMatchObject({ count: 1 });
    expect(orphans!.bytes).toBeGreaterThan(0);
  });

  test('each database has an hour of its own; after lost passes it is made up for', () => {
    const at = (time: string) => new Date(`2026-11-${time}:30:00Z`);
    const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
    const hourOf = (database: string) => hours.filter((hour) => areDue(database, null, at(`20T${hour}`)));
    expect(hourOf('shop')).toHaveLength(1);
    expect(new Set(['shop', 'garage', 'orders', 'a', 'b', 'c'].flatMap(hourOf)).size).toBeGreaterThan(2);
    const [hour = ''] = hourOf('shop');
    const found = { at: at(`20T${hour}`).toISOString(), count: 0, bytes: 0 };
    const due = (time: string) => areDue('shop', found, at(time));
    expect([due(`20T${hour}`), due(`21T${hour}`), due('23T23'), due('10T00')]).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });
});

test('the requests of a full pass are those that the estimate of costs counts', async () => {
  const points = await nightly(12);
  const evidence = await shop.prove(points.at(-2)!);
  await shop.hold(points.at(-2)!, evidence);
  await passes(12);
  shop.now = new Date(shop.now.getTime() + HOUR_MS);
  const counts = { lists: 0, gets: 0 };
  const counted = <T>(of: keyof typeof counts, result: T): T => {
    counts[of] += 1;
    return result;
  };
  const { bucket, monitor } = shop;
  const of = (store: typeof bucket | typeof monitor.statusStore) =>
    changedStore(store, {
      list: (prefix, options) => counted('lists', store.list(prefix, options)),
      // An object's versions are listed before it is read.
      get: (key, options) => counted('lists', counted('gets', store.get(key, options))),
    });
  const objects = Object.assign(Object.create(bucket) as typeof bucket, {
    versions: (prefix: string) => counted('lists', bucket.versions(prefix)),
    lockedUntil: (version: never) => counted('gets', bucket.lockedUntil(version)),
    onHold: (version: never) => counted('gets', bucket.onHold(version)),
  });
  const { documents } = monitor;
  await shop.look('full', {
    ...{ store: of(bucket), statusStore: of(monitor.statusStore), objects },
    documents: {
      url: documents.url,
      read: (key) => counted('gets', documents.read(key)),
      write: (key, body, mediaType) => documents.write(key, body, mediaType),
    },
  });
  const { fullPass, fullDrillPass, comparedManifests, status, look, lockedObject, heldObject, manifest } =
    REQUESTS;
  const { lightPass, drillPass } = REQUESTS;
  const once = [fullPass, fullDrillPass, comparedManifests, lightPass, drillPass, status];
  const sum = (of: 'lists' | 'gets') => once.reduce((total, asked) => total + asked[of], 0);
  const [files, looks, held] = [4, 2, 4 + 2];
  expect(counts).toEqual({
    // The proof is of another point than the newest: its manifest is read as well.
    lists: sum('lists') + looks * look.lists + manifest.lists + 1,
    gets:
      sum('gets') + looks * (look.gets + files * lockedObject.gets) + held * heldObject.gets + manifest.gets,
  });
});
