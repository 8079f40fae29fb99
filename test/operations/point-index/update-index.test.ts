/** The index of a database's points and drills: it reads what is new or changed, and knows what the store holds. */
import type { PointIndex } from '../../../lib/contract/point-index';
import { chainGaps } from '../../../lib/operations/point-index/chain-gaps';
import { nameOfKey } from '../../../lib/operations/point-index/known-points';
import { updatedIndex, type IndexSources } from '../../../lib/operations/point-index/update-index';
import type { Trust } from '../../../lib/operations/read-manifest';
import { listRecoveryPoints } from '../../../lib/operations/recovery-points';
import type { Store } from '../../../lib/runtime/store';
import { changedStore } from '../../support/changed-store';
import { newSigner, WatchedShop, type PutPoint } from '../../support/watched-shop';

const DAY_MS = 86_400_000;

let shop: WatchedShop;
let sources: IndexSources;
/** Keys that were read since the last index. */
let read: string[];

beforeEach(async () => {
  shop = await WatchedShop.make();
  read = [];
  const store = changedStore(shop.bucket, {
    get: (key, options) => {
      read.push(key);
      return shop.bucket.get(key, options);
    },
  });
  const trust = async (signer: WatchedShop['manifestSigner']): Promise<Trust> => {
    return { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
  };
  sources = {
    store,
    trust: await trust(shop.manifestSigner),
    evidenceTrust: await trust(shop.evidenceSigner),
  };
});

async function indexed(saved?: PointIndex, changes: Partial<IndexSources> = {}): Promise<PointIndex> {
  read = [];
  return updatedIndex('shop', { ...sources, ...changes }, saved, shop.now);
}

function daysLater(days: number): WatchedShop {
  return shop.at(new Date(shop.now.getTime() + days * DAY_MS).toISOString());
}

/** A point a day. */
async function daily(count: number, days = 30): Promise<PutPoint[]> {
  const points: PutPoint[] = [];
  for (let day = 0; day < count; day++) {
    points.push(await shop.backUp({ days }));
    daysLater(1);
  }
  return points;
}

const namesOf = ({ points }: PointIndex) => points.map(({ key }) => nameOfKey(key));
const idsOf = (points: readonly PutPoint[]) => points.map(({ manifest }) => manifest.id).reverse();

describe('points', () => {
  test('all that a store holds are known, as whoever reads them all knows them', async () => {
    const points = await daily(3);
    const forged = `${points[0]!.key.slice(0, -'.json'.length)}x.json`;
    await shop.bucket.put(forged, points[0]!.bytes);
    const index = await indexed();
    const all = await listRecoveryPoints(shop.bucket, sources.trust, { now: shop.now, database: 'shop' });
    expect(namesOf(index)).toEqual(all.map(({ id }) => id));
    expect(index.points.map(({ manifestSha256 }) => manifestSha256 ?? undefined)).toEqual(
      all.map(({ manifestSha256 }) => manifestSha256),
    );
    const [, , , newest] = [...index.points].reverse();
    expect(newest!.facts).toMatchObject({
      ...{ objects: 4, rows: null },
      snapshotAt: points[2]!.manifest.snapshotAt,
    });
    expect(index.points.find(({ key }) => key === forged)).toMatchObject({
      facts: null,
      fault: expect.stringContaining('is not the key of a manifest') as string,
    });
  });

  test('only new ones are read', async () => {
    await daily(3);
    const before = await indexed();
    const point = await shop.backUp();
    const after = await indexed(before);
    expect(read).toEqual([point.key]);
    expect(after).toEqual({ ...(await indexed()), madeAt: after.madeAt });
    expect(await indexed(after)).toEqual(after);
    expect(read).toEqual([]);
  });

  test('one that was written over is read again, and what is gone drops out and leaves a gap', async () => {
    const points = await daily(4);
    const before = await indexed();
    expect(chainGaps(before, shop.now)).toEqual([]);
    shop.bucket.overwrite(points[3]!.key, points[0]!.bytes);
    shop.bucket.destroy(points[1]!.key);
    const after = await indexed(before);
    expect(read).toEqual([points[3]!.key]);
    expect(after.points[0]).toMatchObject({
      facts: null,
      fault: expect.stringContaining('another thing') as string,
    });
    expect(namesOf(after)).toEqual(idsOf([points[0]!, points[2]!, points[3]!]));
    expect(chainGaps(after, shop.now)).toEqual([points[2]!.key]);
  });

  test('a delete marker over one is seen without reading it', async () => {
    const [point] = await daily(1);
    const before = await indexed();
    shop.bucket.placeDeleteMarker(point!.key);
    expect((await indexed(before)).points).toMatchObject([{ hidden: true, facts: { objects: 4 } }]);
    expect(read).toEqual([]);
  });

  test('one that cannot be believed is read again only by another version of the program', async () => {
    const key = 'manifests/postgres/shop/20261120T020000Z-000000.json';
    await shop.bucket.put(key, Buffer.from('{}'));
    const before = await indexed();
    expect(before.points).toMatchObject([{ key, facts: null }]);
    await indexed(before);
    expect(read).toEqual([]);
    await indexed({ ...before, toolVersion: '0.0.1' });
    expect(read).toEqual([key]);
  });

  test('under other keys all are read anew, and what was seen of their objects still holds', async () => {
    await daily(2);
    const before = await indexed();
    const check = {
      at: shop.now.toISOString(),
      whole: true,
      faults: 0,
      text: null,
      bytes: 9,
      storageClass: 'STANDARD',
    };
    const seen = { ...before, points: before.points.map((point) => ({ ...point, check, held: true })) };
    const other = { keys: await (await newSigner()).trustedPublicKeys(), allowUnsigned: false };
    const after = await indexed(seen, { trust: other });
    expect(read).toHaveLength(2);
    for (const point of after.points) expect(point).toMatchObject({ facts: null, check, held: true });
    expect((await indexed(after)).points).toEqual(seen.points);
  });

  test('what is of another database is not believed', async () => {
    await daily(1);
    const before = await indexed();
    await indexed({ ...before, database: 'garage' });
    expect(read).toHaveLength(1);
  });

  test('what cannot be fetched is no fault: the index is as it was', async () => {
    const [point] = await daily(1);
    const store: Store = changedStore(shop.bucket, {
      get: () => Promise.reject(new Error('the store is out of reach')),
    });
    await expect(indexed(undefined, { store })).rejects.toThrow('out of reach');
    expect(namesOf(await indexed())).toEqual([point!.manifest.id]);
  });

  test('since an instant no older one is read, unless there are few', async () => {
    const points = await daily(20);
    const since = new Date(Date.parse(points[16]!.manifest.startedAt) - 1000);
    expect(namesOf(await indexed(undefined, { since }))).toEqual(idsOf(points.slice(-11)));
    const earlier = new Date(Date.parse(points[4]!.manifest.startedAt) - 1000);
    const before = await indexed(undefined, { since: earlier });
    expect(namesOf(before)).toEqual(idsOf(points.slice(4)));
    const after = await indexed(before, { since });
    expect([read, namesOf(after)]).toEqual([[], namesOf(before)]);
  });
});

describe('what matters no more', () => {
  test('is forgotten 30 days after it expired but for the newest eleven, is not read again, and leaves no gap', async () => {
    const points = await daily(20, 5);
    const before = await indexed();
    expect(before.forgotten).toEqual([]);
    daysLater(40);
    const fresh = [await shop.backUp()];
    const after = await indexed(before);
    expect(namesOf(after)).toEqual(idsOf([...points.slice(-10), ...fresh]));
    expect(after.forgotten.map(([id]) => id)).toEqual(idsOf(points.slice(0, -10)));
    expect(chainGaps(after, shop.now)).toEqual([]);
    expect(await indexed(after)).toEqual(after);
    expect(read).toEqual([]);
    shop.bucket.overwrite(points[2]!.key, Buffer.from('{}'));
    await indexed(after);
    expect(read).toEqual([points[2]!.key]);
    shop.bucket.destroy(points[9]!.key);
    expect(chainGaps(await indexed(after), shop.now)).toEqual([]);
    shop.bucket.destroy(points[19]!.key);
    expect(chainGaps(await indexed(after), shop.now)).toEqual([fresh[0]!.key]);
  });

  test('is not the newest that a drill proved, however long ago it expired', async () => {
    const points = await daily(20, 5);
    await shop.prove(points[1]!);
    await daysLater(1).prove(points[3]!);
    const before = await indexed();
    daysLater(400);
    await shop.backUp();
    const since = new Date(shop.now.getTime() - 31 * DAY_MS);
    const after = await indexed(before, { since });
    expect(namesOf(after)).toContain(points[3]!.manifest.id);
    expect(namesOf(after)).not.toContain(points[1]!.manifest.id);
    expect(after.drills.map(({ point }) => point)).toEqual([points[3]!.manifest.id]);
    const again = await indexed(after, { since });
    expect([read, again.points, again.drills]).toEqual([[], after.points, after.drills]);
  });

  test('leaves no gap under an old point that is still valid after its class was shortened', async () => {
    const points = [...(await daily(3, 5)), await shop.backUp({ days: 300 })];
    daysLater(1);
    points.push(...(await daily(3, 5)), await shop.backUp({ days: 300 }));
    let index = await indexed();
    for (let pass = 0; pass < 3; pass++) {
      daysLater(50);
      await daily(12, 5);
      const since = new Date(shop.now.getTime() - 31 * DAY_MS);
      index = await indexed(index, { since });
      expect(namesOf(index)).toEqual(
        expect.arrayContaining([points[3]!, points[7]!].map(({ manifest }) => manifest.id)),
      );
      expect(chainGaps(index, shop.now)).toEqual([]);
    }
    expect(index.forgotten.length).toBeGreaterThan(3);
  });
});

describe('drills', () => {
  test('are known newest first, and only new ones are read', async () => {
    const points = await daily(2);
    const first = await shop.prove(points[0]!);
    const before = await indexed();
    const failed = await daysLater(1).prove(points[1]!, {
      outcome: 'failed',
      exitCode: 10,
      failure: 'a table differs',
    });
    const after = await indexed(before);
    expect(read).toEqual([failed]);
    expect(after.drills).toMatchObject([
      { key: failed, facts: { outcome: 'failed', failure: 'a table differs', checksFailed: 0 } },
      { key: first, facts: { outcome: 'proven', restoreSeconds: 60 }, fault: null },
    ]);
  });

  test('whose evidence was written over is read again, and proves nothing', async () => {
    const [point] = await daily(1);
    const key = await shop.prove(point!);
    const before = await indexed();
    shop.bucket.overwrite(key, Buffer.from('{}'));
    const after = await indexed(before);
    expect(after.drills).toMatchObject([{ key, facts: null, fault: expect.stringContaining(key) as string }]);
    expect(read).toEqual([key]);
  });

  test('where it is not said whose evidence is believed none is, until it is said', async () => {
    const [point] = await daily(1);
    await shop.prove(point!);
    const before = await indexed();
    const blind = await indexed(before, { evidenceTrust: undefined });
    expect(blind.drills).toMatchObject([{ facts: null }]);
    expect(read).toEqual([]);
    expect((await indexed(blind)).drills).toEqual(before.drills);
  });
});

test('an index that is made from nothing is kept every thousand manifests, and gone on with', async () => {
  const key = (index: number) =>
    `manifests/postgres/shop/20261120T02${String(index).padStart(4, '0')}-x.json`;
  const keys = Array.from({ length: 1203 }, (_, index) => key(index));
  for (const each of keys) await shop.bucket.put(each, Buffer.from('{}'));
  const kept: PointIndex[] = [];
  const keep = (soFar: PointIndex) => {
    kept.push(soFar);
    return Promise.reject(new Error('killed'));
  };
  await expect(indexed(undefined, { keep })).rejects.toThrow('killed');
  expect(kept).toHaveLength(1);
  const [first] = kept;
  expect(first!.points.length).toBeGreaterThanOrEqual(1000);
  expect(first!.points.length).toBeLessThan(1010);
  expect((await indexed(first)).points).toHaveLength(1203);
});
