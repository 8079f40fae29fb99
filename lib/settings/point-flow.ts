/** How many recovery points a schedule makes. */
import { RETENTION_CLASSES, type RetentionClass } from '../contract/object-keys';
import { newestWith, retentionClassFor, type Keep, type NewestByClass } from '../contract/retention';
import { slotsBetween, type Schedule } from '../contract/schedule';

const DAYS = 365;
const YEAR = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };

export type PointsPerDay = Readonly<Record<RetentionClass, number>>;

/** Points that a day adds to each class, on an average of the year and by the very rule that a backup follows. */
export function pointsPerDay(schedule: Schedule, keep: Keep): PointsPerDay {
  const counts = new Map<RetentionClass, number>();
  let newest: NewestByClass = {};
  for (const slot of slotsBetween(schedule, YEAR.from, YEAR.to)) {
    const retentionClass = retentionClassFor(slot, newest, keep);
    newest = newestWith(newest, retentionClass, slot);
    counts.set(retentionClass, (counts.get(retentionClass) ?? 0) + 1);
  }
  const perDay = (retentionClass: RetentionClass) => (counts.get(retentionClass) ?? 0) / DAYS;
  return Object.fromEntries(RETENTION_CLASSES.map((name) => [name, perDay(name)])) as Record<
    RetentionClass,
    number
  >;
}

/** On an average of the year. */
export function slotsPerDay(schedule: Schedule): number {
  return [...slotsBetween(schedule, YEAR.from, YEAR.to)].length / DAYS;
}

export function runsPerDay(points: PointsPerDay): number {
  return RETENTION_CLASSES.reduce((sum, name) => sum + points[name], 0);
}
