/** What kept points take, cost and will take: worked examples. */
import type { IndexedPoint } from '../../../lib/contract/point-index';
import { keptBytes, storageOf } from '../../../lib/operations/point-index/storage';

const NOW = new Date('2026-11-20T06:00:00Z');
const DAY_MS = 86_400_000;
const GB = 1e9;

interface Stored {
  readonly days: number;
  readonly bytes: number;
  readonly expired?: boolean;
  readonly format?: 'directory' | 'custom';
  readonly counted?: number;
  readonly storageClass?: string;
}

/** Made so many days ago. */
function point({
  days,
  bytes,
  expired = false,
  format = 'directory',
  counted,
  storageClass,
}: Stored): IndexedPoint {
  const at = new Date(NOW.getTime() - days * DAY_MS).toISOString();
  const until = new Date(NOW.getTime() + (expired ? -1 : 1) * DAY_MS).toISOString();
  const check = { at, whole: true, faults: 0, text: null };
  return {
    ...{
      key: `k${days}`,
      version: '1',
      hidden: false,
      manifestSha256: 'a'.repeat(64),
      fault: null,
      held: false,
    },
    facts: {
      ...{
        startedAt: at,
        finishedAt: at,
        snapshotAt: at,
        class: 'daily',
        retainUntil: until,
        expiresAt: until,
      },
      ...{
        format,
        compression: 'zstd:1',
        excludedTableData: [],
        databaseBytes: 4 * bytes,
        storedBytes: bytes,
      },
      ...{ objects: 3, rows: null, largestTables: [], warnings: 0, previousManifestSha256: null },
    },
    check:
      counted === undefined && storageClass === undefined
        ? null
        : { ...check, bytes: counted ?? bytes, storageClass: storageClass ?? 'STANDARD' },
  };
}

const of = (...points: Stored[]) => ({ database: 'shop', points: points.map(point) });

test('nothing takes nothing, and foretells nothing', () => {
  const nothing = { points: 0, bytes: 0, usdMonth: 0, forecastBytes: null, forecastUsdMonth: null };
  expect(storageOf(of(), NOW)).toEqual(nothing);
  expect(storageOf(of({ days: 40, bytes: GB, expired: true }), NOW)).toEqual(nothing);
});

test('what was counted in the store goes before what the manifest says', () => {
  const index = of(
    { days: 1, bytes: GB, counted: 3 * GB },
    { days: 2, bytes: GB },
    { days: 3, bytes: GB, expired: true },
  );
  expect(keptBytes(index, NOW)).toBe(4 * GB);
  expect(storageOf(index, NOW)).toMatchObject({ points: 2, bytes: 4 * GB });
});

test('each point has the price of the class that it lies in; of one that nobody knows, the usual one', () => {
  const index = of(
    { days: 1, bytes: 10 * GB },
    { days: 2, bytes: 10 * GB, storageClass: 'GLACIER_IR' },
    { days: 3, bytes: 10 * GB, storageClass: 'SOMETHING_NEW' },
    { days: 4, bytes: 10 * GB, storageClass: 'constructor' },
  );
  expect(storageOf(index, NOW).usdMonth).toBeCloseTo(10 * (0.023 * 3 + 0.004), 9);
});

describe('in 90 days', () => {
  const growing = (count: number, more: Partial<Stored> = {}) =>
    Array.from({ length: count }, (_, days) => ({ days, bytes: 10 * GB - days * 0.1 * GB, ...more }));

  test('ten points that grow by 0.1 GB a day are 9 GB larger each', () => {
    const { bytes, usdMonth, forecastBytes, forecastUsdMonth } = storageOf(of(...growing(10)), NOW);
    expect(bytes).toBeCloseTo(95.5 * GB, 0);
    expect(usdMonth).toBeCloseTo(95.5 * 0.023, 9);
    expect(forecastBytes).toBeCloseTo((95.5 + 10 * 9) * GB, 0);
    expect(forecastUsdMonth).toBeCloseTo(185.5 * 0.023, 9);
  });

  test('what stays as it is will be as it is', () => {
    const { bytes, forecastBytes } = storageOf(of(...growing(8, { bytes: GB })), NOW);
    expect([bytes, forecastBytes]).toEqual([8 * GB, 8 * GB]);
  });

  test('what shrinks never falls below nothing', () => {
    const shrinking = Array.from({ length: 7 }, (_, days) => ({ days, bytes: GB + days * GB }));
    expect(storageOf(of(...shrinking), NOW)).toMatchObject({ forecastBytes: 0, forecastUsdMonth: 0 });
  });

  test('fewer than seven points tell nothing; expired ones tell as well, those made otherwise do not', () => {
    expect(storageOf(of(...growing(6)), NOW).forecastBytes).toBeNull();
    const expired = { days: 6, bytes: 9.4 * GB, expired: true };
    expect(storageOf(of(...growing(6), expired), NOW).forecastBytes).toBeCloseTo((58.5 + 6 * 9) * GB, 0);
    const other = { days: 6, bytes: 9.4 * GB, format: 'custom' } as const;
    expect(storageOf(of(...growing(6), other), NOW).forecastBytes).toBeNull();
  });

  test('points of one instant have no trend', () => {
    const index = {
      database: 'shop',
      points: Array.from({ length: 7 }, () => point({ days: 1, bytes: GB })),
    };
    expect(storageOf(index, NOW).forecastBytes).toBe(7 * GB);
  });
});
