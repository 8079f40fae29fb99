/** Every byte that is paid for stands in one line, and only in one. */
import { classSavings, wasteSavings } from '../../../lib/operations/cost/stored-savings';
import { measuredDatabases } from '../../../lib/operations/cost/measured-database';
import { storedCost } from '../../../lib/operations/cost/stored-cost';
import { summaryOf, type BelievedPoint } from '../../../lib/operations/recovery-points';
import type { StoredVersionSize } from '../../../lib/runtime/stored-versions';
import { manifestKeyOf, manifestOf, objectsOf, type MadePoint } from '../../support/made-point';

const GB = 1e9;
const NOW = new Date('2026-11-20T00:00:00Z');
const at = (daysAgo: number) => new Date(NOW.getTime() - daysAgo * 86_400_000);
const DAILY: MadePoint = { startedAt: at(1) };
const WEEKLY: MadePoint = { startedAt: at(8), class: 'weekly', days: 365 };
const LEFT: MadePoint = { startedAt: at(3) };

function version(key: string, changes: Partial<StoredVersionSize> = {}): StoredVersionSize {
  return { key, bytes: GB, modifiedAt: NOW, storageClass: 'STANDARD', isCurrent: true, ...changes };
}

async function* listed(versions: readonly StoredVersionSize[]): AsyncGenerator<StoredVersionSize> {
  await Promise.resolve();
  yield* versions;
}

const IDS = [DAILY, WEEKLY].map((point) => objectsOf(point)[0]!.split('/')[4]!);
const hasManifest = (_: string, id: string) => IDS.includes(id);
const [one, two] = objectsOf(DAILY) as [string, string];

const STORED = [
  version(one),
  version(one, { isCurrent: false }),
  version(two),
  version(objectsOf(WEEKLY)[0]!, { storageClass: 'GLACIER_IR' }),
  version(objectsOf(WEEKLY)[1]!),
  version(objectsOf(LEFT)[0]!),
  version(manifestKeyOf(DAILY), { bytes: 1000 }),
  version('exports/postgres/shop/20261119T000000Z-000000/dump.custom', { storageClass: 'NEW_CLASS' }),
  version('notes.txt', { bytes: 7 }),
];

test('points by database and class, orphans, hidden versions and all else, each at the price of its storage class', async () => {
  const cost = await storedCost(listed(STORED), hasManifest, true);
  expect(cost.points).toEqual([
    {
      ...{ database: 'shop', class: 'daily', points: 1, objects: 2, bytes: 2 * GB },
      ...{ storageClasses: { STANDARD: 2 * GB }, usdMonth: 0.046, usdMonthEach: 0.046 },
    },
    expect.objectContaining({
      ...{ class: 'weekly', points: 1, storageClasses: { GLACIER_IR: GB, STANDARD: GB } },
      usdMonth: expect.closeTo(0.027),
    }),
  ]);
  expect(cost.others).toEqual({
    orphans: { objects: 1, bytes: GB, usdMonth: 0.023 },
    noncurrent: { objects: 1, bytes: GB, usdMonth: 0.023 },
    exports: { objects: 1, bytes: GB, usdMonth: 0.023 },
    documents: { objects: 1, bytes: 1000, usdMonth: expect.closeTo(0) },
    other: { objects: 1, bytes: 7, usdMonth: expect.closeTo(0) },
  });
  expect(cost).toMatchObject({ objects: 9, bytes: 7 * GB + 1007, usdMonth: expect.closeTo(0.142) });
});

test('a folder has bytes and no price', async () => {
  const files = STORED.map((each) => ({ ...each, storageClass: undefined }));
  const cost = await storedCost(listed(files), hasManifest, false);
  expect([cost.usdMonth, cost.points[0]!.usdMonth, cost.others.orphans.usdMonth]).toEqual([null, null, null]);
  expect(cost.points[0]!.storageClasses).toEqual({});
});

/** Night after night a byte larger, if it is not said otherwise. */
function nights(count: number, growth = 1): BelievedPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const made = { startedAt: at(index) };
    const file = { key: 'points/x', bytes: 4, sha256: '0'.repeat(64), crc32: '0'.repeat(8) };
    const sizes = { storedBytes: 1000 - index * growth, databaseBytes: 4000 };
    const manifest = summaryOf(manifestOf(made, [file], sizes));
    const { database, id } = manifest;
    const key = manifestKeyOf(made);
    return { database, id, key, hidden: false, state: 'valid', manifestSha256: '0'.repeat(64), manifest };
  });
}

const line = { database: 'shop', class: 'daily', objects: 8, storageClasses: {}, usdMonthEach: 1 } as const;

test('in 90 days as many points are each so much larger as the trend says', () => {
  const points = [{ ...line, points: 8, bytes: 8000, usdMonth: 8 }];
  expect(measuredDatabases(nights(8), { points }, NOW)).toEqual([
    {
      ...{ database: 'shop', databaseBytes: 4000, storedBytes: 1000, storedPart: 0.25, validPoints: 8 },
      ...{ bytes: 8000, usdMonth: 8, forecastBytes: 8000 + 8 * 90, forecastUsdMonth: 8.72 },
    },
  ]);
});

test('of few points nothing is foretold, and what is older than 90 days tells nothing', () => {
  const points = [{ ...line, points: 6, bytes: 6000, usdMonth: 6 }];
  expect(measuredDatabases(nights(6), { points }, NOW)).toMatchObject([{ forecastBytes: null }]);
  const old = [...nights(8, 0), ...nights(120).slice(95)];
  expect(measuredDatabases(old, { points }, NOW)).toMatchObject([{ forecastBytes: 6000 }]);
});

test('a database without a point that can be restored has no size', () => {
  expect(
    measuredDatabases([], { points: [{ ...line, points: 1, bytes: 1, usdMonth: 1 }] }, NOW),
  ).toMatchObject([{ databaseBytes: null, storedPart: null, forecastBytes: null, validPoints: 0 }]);
});

test('a cheaper class is told for what is kept long enough, and only of what lies in the usual one', () => {
  const points = nights(1).map((point) => ({
    ...point,
    manifest: { ...point.manifest, class: 'weekly' as const, expiresAt: at(-100).toISOString() },
  }));
  const weekly = { ...line, class: 'weekly', points: 1, bytes: 3 * GB, usdMonth: 1 } as const;
  const storageClasses = { STANDARD: GB, GLACIER_IR: 2 * GB };
  const [saving, ...others] = classSavings({ points: [{ ...weekly, storageClasses }] }, points);
  expect(others).toEqual([]);
  expect(saving).toEqual({
    text: "shop: storage: { weekly: { class: 'GLACIER_IR' } }, for its points are kept 100 days.",
    usdMonth: expect.closeTo(0.019),
  });
});

test('what nobody will restore is waste', async () => {
  const cost = await storedCost(listed(STORED), hasManifest, true);
  expect(wasteSavings(cost).map(({ usdMonth }) => usdMonth)).toEqual([0.023, 0.023]);
});
