/** Rules of classes, storage and lock. Each is a trap of S3 that would otherwise show at deployment, on the bill, or never. */
import { RETENTION_CLASSES, type RetentionClass } from '../contract/object-keys';
import { ARCHIVE_CLASSES, type StorageClass } from '../contract/storage-class';
import type { KeptDatabase } from './database-schema';
import type { Fault, Path } from './faults';
import type { LockSettings } from './schema';

/** Billed at least so long: docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html */
const SHORTEST_STORAGE_DAYS: Readonly<Record<StorageClass, number>> = {
  STANDARD_IA: 30,
  GLACIER_IR: 90,
  GLACIER: 90,
  DEEP_ARCHIVE: 180,
};

const THAWED_FIRST: readonly StorageClass[] = ARCHIVE_CLASSES;

export function lockFaults(path: Path, { keepDays }: KeptDatabase, lock: LockSettings): Fault[] {
  return classesOf(keepDays)
    .filter(([, keep]) => keep < lock.days)
    .map(([retentionClass, keep]) => ({
      path: [...path, 'keepDays', retentionClass],
      got: `${keep}`,
      allowed: `at least ${lock.days}, the days for which lock.days locks every object`,
      hint: 'Keep the class longer, or lower lock.days.',
    }));
}

export function storageFaults(path: Path, { keepDays, storage }: KeptDatabase): Fault[] {
  return classesOf(storage).flatMap(([retentionClass, { class: storageClass, afterDays }]) => {
    const fault = (got: string, allowed: string, hint: string): Fault[] => [
      { path: [...path, 'storage', retentionClass], got, allowed, hint },
    ];
    const got = `${storageClass} after ${afterDays} days`;
    const keep = keepDays[retentionClass];
    if (keep === undefined)
      return fault(
        got,
        `classes of keepDays: ${Object.keys(keepDays).join(', ')}`,
        'Keep it, or remove this.',
      );
    if (afterDays >= keep)
      return fault(
        got,
        `afterDays below ${keep}, when the class expires`,
        'Lower afterDays or keep it longer.',
      );
    if (storageClass === 'STANDARD_IA' && afterDays > 0 && afterDays < 30)
      return fault(
        got,
        'afterDays 0 or at least 30: S3 moves nothing to IA earlier',
        'Write it there with 0.',
      );
    if (afterDays === 0 && THAWED_FIRST.includes(storageClass))
      return fault(got, 'afterDays at least 1: a new point must be readable at once', 'Or take GLACIER_IR.');
    const shortest = SHORTEST_STORAGE_DAYS[storageClass];
    if (keep - afterDays < shortest)
      return fault(
        `${got}, ${keep - afterDays} days before the class expires`,
        `at least ${shortest} days there, which S3 bills in any case`,
        'Keep the class longer, move it earlier, or leave it in S3 Standard.',
      );
    return [];
  });
}

function classesOf<Value>(byClass: Partial<Record<RetentionClass, Value>>): [RetentionClass, Value][] {
  return RETENTION_CLASSES.flatMap((retentionClass): [RetentionClass, Value][] => {
    const value = byClass[retentionClass];
    return value === undefined ? [] : [[retentionClass, value]];
  });
}
