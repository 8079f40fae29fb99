/** Grandfather-father-son: which class a new recovery point belongs to, and how long it is kept. Pure. */
import { RETENTION_CLASSES, type RetentionClass } from './object-keys';

/** Days that points of each class are kept; a class that is missing is not made. At least one. */
export type Keep = Readonly<Partial<Record<RetentionClass, number>>>;

/** Start of the newest point of each class, ISO-8601: carried from manifest to manifest. */
export type NewestByClass = Readonly<Partial<Record<RetentionClass, string>>>;

export const DEFAULT_KEEP: Keep = { daily: 30 };

const DAY_MS = 86_400_000;

/**
 * The highest class whose current period (UTC hour, day, ISO week, month, year) has no point yet: the first point of
 * a month is that month's. A later point of the same period belongs to the lowest class that is kept.
 */
export function retentionClassFor(startedAt: Date, newest: NewestByClass, keep: Keep): RetentionClass {
  const kept = RETENTION_CLASSES.filter((candidate) => keep[candidate] !== undefined);
  const lowest = kept[0];
  if (lowest === undefined) throw new RangeError('at least one retention class must be kept');
  const due = kept.filter((candidate) => !hasPointInPeriod(candidate, startedAt, newest)).at(-1);
  return due ?? lowest;
}

export function newestWith(newest: NewestByClass, added: RetentionClass, startedAt: Date): NewestByClass {
  return { ...newest, [added]: startedAt.toISOString() };
}

/** When S3 may let a point go. @throws RangeError for a class that is not kept */
export function expiresAt(startedAt: Date, retentionClass: RetentionClass, keep: Keep): Date {
  const days = keep[retentionClass];
  if (days === undefined) throw new RangeError(`${retentionClass} is not kept`);
  return new Date(startedAt.getTime() + days * DAY_MS);
}

/** After so many days no point is valid, and no lock is left: one more than the longest class, for clocks differ. */
export function longestLifeDays(keep: Keep): number {
  return Math.max(...Object.values(keep)) + 1;
}

/** A point of a higher class serves its lower classes too: the year's first point is also that day's. */
function hasPointInPeriod(retentionClass: RetentionClass, at: Date, newest: NewestByClass): boolean {
  const start = periodStart(retentionClass, at).getTime();
  return RETENTION_CLASSES.slice(RETENTION_CLASSES.indexOf(retentionClass)).some((candidate) => {
    const point = newest[candidate];
    // A point from the future (a clock that was wrong) must not hold back those of today.
    return point !== undefined && Date.parse(point) >= start && Date.parse(point) <= at.getTime();
  });
}

function periodStart(retentionClass: RetentionClass, at: Date): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (retentionClass) {
    case 'hourly':
      return new Date(Date.UTC(year, month, day, at.getUTCHours()));
    case 'daily':
      return new Date(Date.UTC(year, month, day));
    case 'weekly':
      return new Date(Date.UTC(year, month, day - ((at.getUTCDay() + 6) % 7)));
    case 'monthly':
      return new Date(Date.UTC(year, month, 1));
    case 'yearly':
      return new Date(Date.UTC(year, 0, 1));
  }
}

/** What an unfinished upload has: lifecycle removes it after so many days. */
export const INCOMPLETE_UPLOAD_DAYS = 7;

/**
 * What a dump without a manifest has since its last object, before it may expire: a week, and the two days that S3 may
 * take to end an upload which would have completed it (it counts in whole UTC days).
 */
export const ORPHAN_GRACE_DAYS = INCOMPLETE_UPLOAD_DAYS + 2;
