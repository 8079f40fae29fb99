/** The check of each new recovery point: what it sees without reading a byte, what of it is a fault, and what it writes down. */
import { checkRecordPrefix, checkRecordSchema } from '../../../lib/contract/check-record';
import { readJson } from '../../../lib/operations/monitor/read-json';
import type { ObjectVersion, ProtectedObjects } from '../../../lib/runtime/protected-objects';
import { manifestOf, putDump, putManifest } from '../../support/made-point';
import { WatchedShop, type PutPoint } from '../../support/watched-shop';

let shop: WatchedShop;
let point: PutPoint;
/** One of its objects. */
let key: string;

beforeEach(async () => {
  shop = await WatchedShop.make();
  point = await shop.at('2026-11-20T02:00:00Z').backUp();
  key = point.manifest.files[1]!.key;
});

/** What was written down of the point, oldest first. */
async function records(id = point.manifest.id) {
  const { statusStore } = shop.monitor;
  const listed = await Array.fromAsync(statusStore.list(checkRecordPrefix('shop', id)));
  return Promise.all(
    listed.map(async (object) => checkRecordSchema.parse(await readJson(statusStore, object.key))),
  );
}

/** The model's objects with other locks. */
function lockedUntil(until: (version: ObjectVersion) => Promise<Date | undefined>): ProtectedObjects {
  const { bucket } = shop;
  return {
    url: bucket.url,
    versions: (prefix) => bucket.versions(prefix),
    lockedUntil: until,
    onHold: (version) => bucket.onHold(version),
    mayExpire: (version) => bucket.mayExpire(version),
  };
}

test('the first pass after a backup looks at its objects, and writes down what it saw', async () => {
  expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 0 });
  const { id, database } = point.manifest;
  expect(await records()).toEqual([
    {
      ...{ version: 1, database, id, checkedAt: '2026-11-20T02:05:00.000Z' },
      manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      ...{ whole: true, faults: 0, notes: 0, findings: [] },
    },
  ]);
});

test('the passes after it read what was written, and look at nothing', async () => {
  await shop.lookAfter(5);
  const neverAsked = lockedUntil(() => Promise.reject(new Error('was asked')));
  const published = await shop.at('2026-11-20T02:10:00Z').look('light', { objects: neverAsked });
  expect(published).toMatchObject({ storedFaults: 0 });
  expect(await records()).toHaveLength(1);
});

test('a database without a point has no faults', async () => {
  shop.bucket.destroy(point.key);
  expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 0, newestPointAge: 100_000 });
});

describe.each<[string, (of: WatchedShop) => void, number, boolean, string]>([
  [
    'is missing',
    ({ bucket }) => {
      bucket.destroy(key);
    },
    1,
    false,
    'is not in the store',
  ],
  [
    'was written over with other bytes',
    ({ bucket }) => {
      bucket.overwrite(key, Buffer.from('other'));
    },
    2,
    false,
    'has 5 bytes; the manifest says',
  ],
  [
    'was written over with as many bytes',
    ({ bucket }) => {
      bucket.overwrite(key, Buffer.alloc(point.manifest.files[1]!.bytes));
    },
    1,
    false,
    'has 2 versions',
  ],
  ['is the manifest, written over', overwriteManifest, 1, false, 'has 2 versions'],
])('an object that %s', (_, happens, faults, whole, words) => {
  test('is a fault, in every pass, until the point is replaced', async () => {
    happens(shop);
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: faults });
    expect(shop.monitor.told.join('\n')).toContain(words);
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: faults });
    expect(await records()).toEqual([expect.objectContaining({ faults, whole })]);
    await shop.at('2026-11-21T02:00:00Z').backUp();
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 0 });
  });
});

/** Signed by the right key, with the same content. */
function overwriteManifest({ bucket }: WatchedShop): void {
  bucket.overwrite(point.key, point.bytes);
}

describe('locks', () => {
  const BORN = '2026-11-20T02:00:00Z';
  const inDays = (days: number) => new Date(Date.parse(BORN) + days * 86_400_000);
  const lookWith = (until: Date | undefined) =>
    shop.at('2026-11-20T02:05:00Z').look('light', { objects: lockedUntil(() => Promise.resolve(until)) });
  /** Every object of the point, and its manifest. */
  const all = () => point.manifest.files.length + 1;

  test('that last as long as the default one are no fault: the keeper extends them later', async () => {
    expect(await lookWith(inDays(7))).toMatchObject({ storedFaults: 0 });
  });

  test('may be some seconds short: S3 tells times in seconds', async () => {
    expect(await lookWith(new Date(inDays(7).getTime() - 2000))).toMatchObject({ storedFaults: 0 });
  });

  test('that are a day shorter are a fault of each object', async () => {
    expect(await lookWith(inDays(6))).toMatchObject({ storedFaults: all() });
    expect(await records()).toEqual([expect.objectContaining({ whole: true, faults: all() })]);
    expect(shop.monitor.told.join('\n')).toContain('is locked until 2026-11-26T02:00:00.000Z only');
  });

  test('that are not there at all are a fault of each object', async () => {
    expect(await lookWith(undefined)).toMatchObject({ storedFaults: all() });
    expect(shop.monitor.told.join('\n')).toContain('has no lock');
  });

  test('need not last longer than the point itself', async () => {
    const short = await shop.at('2026-11-20T03:00:00Z').backUp({ days: 2 });
    const until = new Date(short.manifest.retainUntil);
    const objects = lockedUntil(() => Promise.resolve(until));
    expect(await shop.look('light', { objects })).toMatchObject({ storedFaults: 0 });
  });
});

test('a delete marker is a note, and no fault: it takes nothing away', async () => {
  shop.bucket.placeDeleteMarker(key);
  expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 0 });
  expect(await records()).toEqual([
    expect.objectContaining({
      ...{ whole: true, notes: 1 },
      findings: [expect.objectContaining({ severity: 'note', kind: 'hidden', subject: key })],
    }),
  ]);
});

test('an object that the manifest does not name is a note', async () => {
  const extra = key.replace(/[^/]+$/, 'stray.dat');
  await shop.bucket.put(extra, Buffer.from('x'));
  expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 0 });
  expect((await records())[0]?.findings).toEqual([
    expect.objectContaining({ severity: 'note', kind: 'extra', subject: extra }),
  ]);
});

describe('a full pass looks again', () => {
  test('and finds what happened since; the next light pass tells it', async () => {
    await shop.lookAfter(5);
    shop.bucket.destroy(key);
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 0 });
    await shop.at('2026-11-20T03:00:00Z').look('full');
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 1 });
    expect((await records()).map(({ faults }) => faults)).toEqual([0, 1]);
  });

  test('and takes a fault back when it is mended', async () => {
    const objects = lockedUntil(() => Promise.resolve(undefined));
    await shop.look('light', { objects });
    await shop.at('2026-11-20T03:00:00Z').look('full');
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 0 });
    expect((await records()).map(({ faults }) => faults)).toEqual([5, 0]);
  });

  test('and writes nothing down where nothing has changed', async () => {
    shop.bucket.destroy(key);
    await shop.lookAfter(5);
    await shop.at('2026-11-20T03:00:00Z').look('full');
    await shop.at('2026-11-20T04:00:00Z').look('full');
    expect(await records()).toHaveLength(1);
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 1 });
  });
});

describe('what was written down is not believed', () => {
  test('of another manifest at the same key', async () => {
    await shop.lookAfter(5);
    const { manifest } = point;
    shop.bucket.destroy(point.key);
    await putManifest(shop.bucket, shop.manifestSigner, { ...manifest, reason: 'another' });
    shop.bucket.destroy(key);
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 1 });
  });

  test('where it cannot be read', async () => {
    const { statusStore } = shop.monitor;
    const prefix = checkRecordPrefix('shop', point.manifest.id);
    await statusStore.put(`${prefix}20261120T020100Z-000000.json`, Buffer.from('{'));
    shop.bucket.destroy(key);
    expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 1 });
  });
});

test('a point that lost everything is told in twenty lines, and counted in full', async () => {
  const made = { startedAt: shop.at('2026-11-21T02:00:00Z').now };
  const files = await putDump(shop.bucket, made);
  const [first] = files;
  const gone = Array.from({ length: 50 }, (_, index) => ({ ...first!, key: `${first!.key}-${index}` }));
  const manifest = manifestOf(made, [...files, ...gone]);
  await putManifest(shop.bucket, shop.manifestSigner, manifest);
  expect(await shop.lookAfter(5)).toMatchObject({ storedFaults: 50 });
  expect((await records(manifest.id))[0]).toMatchObject({ faults: 50, whole: false });
  expect(shop.monitor.told).toHaveLength(20);
});

test('what cannot be looked at publishes nothing of it, writes nothing down, and the pass fails', async () => {
  const objects = lockedUntil(() => Promise.reject(new Error('access denied')));
  const { published, error } = await shop.monitor.pass('light', shop.now, { objects });
  expect(error).toMatchObject({ message: expect.stringContaining("shop's stored objects: access denied") });
  expect(Object.keys(published['shop']!)).not.toContain('storedFaults');
  expect(published['shop']).toMatchObject({ newestPointAge: 0 });
  expect(published['']).toBeUndefined();
  expect(await records()).toEqual([]);
});
