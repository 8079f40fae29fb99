import { crossFieldFaults } from '../../lib/settings/cross-field-rules';
import type { KeptDatabase } from '../../lib/settings/database-schema';
import type { LockSettings } from '../../lib/settings/schema';

const LOCK: LockSettings = { mode: 'governance', days: 7 };

function faultsOf(keepDays: KeptDatabase['keepDays'], storage: KeptDatabase['storage'] = {}) {
  return crossFieldFaults({ lock: LOCK, databases: { shop: { keepDays, storage } } }).map(
    ({ path, allowed }) => `${path.join('.')}: ${allowed}`,
  );
}

test('a class shorter than the lock of the bucket is refused', () => {
  expect(faultsOf({ hourly: 6, daily: 7 })).toEqual([
    'databases.shop.keepDays.hourly: at least 7, the days for which lock.days locks every object',
  ]);
});

test('a move to IA before day 30 is refused; written there directly or later it is not', () => {
  const afterDays = (days: number) =>
    faultsOf({ monthly: 365 }, { monthly: { class: 'STANDARD_IA', afterDays: days } });
  expect(afterDays(29)).toEqual([
    'databases.shop.storage.monthly: afterDays 0 or at least 30: S3 moves nothing to IA earlier',
  ]);
  expect(afterDays(30)).toEqual([]);
  expect(afterDays(0)).toEqual([]);
});

test.each([
  ['GLACIER', 90],
  ['GLACIER_IR', 90],
  ['DEEP_ARCHIVE', 180],
  ['STANDARD_IA', 30],
] as const)('%s for fewer than the %d days that S3 bills is refused', (storageClass, shortest) => {
  const left = (days: number) =>
    faultsOf({ yearly: 40 + days }, { yearly: { class: storageClass, afterDays: 40 } });
  expect(left(shortest - 1)).toEqual([expect.stringContaining(`at least ${shortest} days there`)]);
  expect(left(shortest)).toEqual([]);
});

test('a move on the day of expiry or later is refused', () => {
  const afterDays = (days: number) =>
    faultsOf({ daily: 300 }, { daily: { class: 'GLACIER_IR', afterDays: days } });
  expect(afterDays(300)).toEqual([
    'databases.shop.storage.daily: afterDays below 300, when the class expires',
  ]);
  expect(afterDays(210)).toEqual([]);
});

test('a new point that must be thawed before it can be read is refused', () => {
  expect(faultsOf({ yearly: 400 }, { yearly: { class: 'DEEP_ARCHIVE', afterDays: 0 } })).toEqual([
    'databases.shop.storage.yearly: afterDays at least 1: a new point must be readable at once',
  ]);
  expect(faultsOf({ yearly: 400 }, { yearly: { class: 'GLACIER_IR', afterDays: 0 } })).toEqual([]);
});

test('storage for a class that is not kept is refused', () => {
  expect(faultsOf({ daily: 30 }, { weekly: { class: 'STANDARD_IA', afterDays: 0 } })).toEqual([
    'databases.shop.storage.weekly: classes of keepDays: daily',
  ]);
});

test('more classes than a bucket takes lifecycle rules are refused', () => {
  const databases = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `db${index}`,
        { keepDays: { daily: 30, weekly: 60 }, storage: {} },
      ]),
    );
  expect(crossFieldFaults({ lock: LOCK, databases: databases(500) })).toHaveLength(1);
  expect(crossFieldFaults({ lock: LOCK, databases: databases(499) })).toEqual([]);
});
