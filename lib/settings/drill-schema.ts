/** When and how recovery points of a database are restored to prove them. */
import { z } from 'zod';
import { drillCheckSchema } from '../contract/drill-checks';
import { fields, oneOf, prebuiltImage, secretName, whole } from './fields';
import { cron, timeZone } from './schedule-schema';
import { taskSchema } from './task-schema';

export const drillSchema = fields({
  /**
   * `after-backup`: as soon as a new recovery point is there. `never`: points count as unproven for ever; the newest one
   * still stays. Or times of its own.
   * @default 'after-backup'
   */
  when: z
    .union(
      [
        z.enum(['after-backup', 'never']),
        fields({
          cron,
          /** @default 'UTC' */
          timeZone: timeZone.default('UTC'),
          /** @default 15 */
          flexibleMinutes: whole('minutes', 0, 1440).default(15),
        }),
      ],
      "'after-backup', 'never', or an object with cron",
    )
    .default('after-backup'),
  /**
   * DrillMissing comes when the newest proven recovery point is older.
   * @default - rpoHours + expectedMinutes, and with a cron its longest interval and flexibleMinutes; in whole hours upwards
   */
  provenWithinHours: z
    .number('hours from 1 to 17520')
    .min(1, 'hours from 1 to 17520')
    .max(17_520, 'hours from 1 to 17520')
    .optional(),
  /**
   * What a drill is expected to take at most, in minutes. One that takes longer than twice that is stuck.
   * @default 60
   */
  expectedMinutes: whole('minutes', 1, 10_080).default(60),
  /**
   * Where it is restored to: a server made for the drill inside its task, or one of production's class, whose URL and
   * password are the fields `url` and `password` of a secret. Only that one measures a true RTO.
   * @default 'throw-away'
   */
  target: z
    .union(
      [z.literal('throw-away'), fields({ secret: secretName })],
      "'throw-away', or an object with secret",
    )
    .default('throw-away'),
  /**
   * Image of PostgreSQL with the extensions that the database has, by its digest: the image of drills is built from it. It
   * must be of Debian or Ubuntu.
   * @default - PostgreSQL's own packages, with the extensions of contrib
   */
  image: prebuiltImage.optional(),
  /**
   * A restored database with fewer rows in all proves nothing.
   * @default 1
   */
  minimumRows: whole('rows', 0, Number.MAX_SAFE_INTEGER).default(1),
  /**
   * Differences that fail a drill beside those of data and schema: `recomputed` (materialized views, generated columns) and
   * `environment` (versions of extensions and collations).
   * @default - none: they are reported
   */
  alsoFailsOn: z.array(oneOf(['recomputed', 'environment'])).default([]),
  /**
   * Queries and commands that the restored database must pass.
   * @default - none
   */
  checks: z.array(drillCheckSchema, 'a list of { name, sql } and { name, command }').default([]),
  /** @default - two cores, 8 GiB of memory, 200 GiB of disk */
  task: taskSchema.prefault({ cpu: 2048, memoryMiB: 8192, ephemeralStorageGiB: 200 }),
});

export type DrillSettings = z.output<typeof drillSchema>;
