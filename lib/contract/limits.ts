/**
 * Beyond which figures something is wrong with the backups of a database: one place for the alarms of CloudWatch and for
 * the sentences of the status, so that both say the same.
 */
import { z } from 'zod';
import { hasDrills, provenObjectiveHours, type DrilledDatabase } from './drill-schedule';
import { objectiveHours } from './schedule';

export const limitsSchema = z.strictObject({
  /** The newest point must not be older, in hours since its snapshot. */
  newestHours: z.number(),
  /** Nor the newest proven one; null where no drills are asked for. */
  provenHours: z.number().nullable(),
  /** Nor may a drill's restore take longer. */
  restoreMinutes: z.number(),
  /** Of the usual size the newest point must have at least this part. */
  shrunkenBelow: z.number(),
  /** And at least so many stored bytes. */
  minimumBytes: z.number(),
  /** A backup is slow that took more than so many times the usual, and more than these minutes. */
  slowAbove: z.number(),
  slowMinimumMinutes: z.number(),
  /** So is one that took longer than was expected. */
  expectedMinutes: z.number(),
});
export type Limits = z.infer<typeof limitsSchema>;

export interface LimitedDatabase extends DrilledDatabase {
  readonly rtoMinutes: number;
  readonly schedule: DrilledDatabase['schedule'] & { readonly expectedMinutes: number };
  readonly alarms: Readonly<
    Record<'shrunkenBelow' | 'minimumBytes' | 'slowAbove' | 'slowMinimumMinutes', number>
  >;
}

export function limitsOf(database: LimitedDatabase): Limits {
  const { alarms, rtoMinutes, schedule } = database;
  return {
    newestHours: objectiveHours(database),
    provenHours: hasDrills(database) ? provenObjectiveHours(database) : null,
    restoreMinutes: rtoMinutes,
    shrunkenBelow: alarms.shrunkenBelow,
    minimumBytes: alarms.minimumBytes,
    slowAbove: alarms.slowAbove,
    slowMinimumMinutes: alarms.slowMinimumMinutes,
    expectedMinutes: schedule.expectedMinutes,
  };
}
