/** When runs are due. */
import { z } from 'zod';
import { fields, text, whole } from './fields';

/** Five fields, as in crontab: minute, hour, day of month, month, day of week. */
export const cron = text(
  /^\S+ \S+ \S+ \S+ \S+$/,
  "five fields as in crontab (minute, hour, day of month, month, day of week), for example '0 2 * * *'",
);

export const timeZone = z
  .string()
  .refine(isTimeZone, "a time zone by its IANA name, for example 'Europe/Berlin'");

export const scheduleSchema = fields({
  /**
   * As in crontab: minute, hour, day of month, month, day of week.
   * @default '0 2 * * *' - every night at two
   */
  cron: cron.default('0 2 * * *'),
  /**
   * Time zone of `cron`, by its IANA name.
   * @default 'UTC'
   */
  timeZone: timeZone.default('UTC'),
  /**
   * A run starts at most so many minutes after its time: it spreads the load of many databases.
   * @default 15
   */
  flexibleMinutes: whole('minutes', 0, 1440).default(15),
  /**
   * What a run is expected to take at most, in minutes. A run that takes longer than twice that is stuck.
   * @default 30
   */
  expectedMinutes: whole('minutes', 1, 10_080).default(30),
  /**
   * Months with another schedule, for example every six hours in the peak season.
   * @default - the same all year
   */
  seasons: z
    .array(
      fields({
        /** 1 January … 12 December. */
        months: z.array(whole('months', 1, 12)).min(1, 'at least one month, 1 to 12'),
        cron,
      }),
      'a list of { months, cron }',
    )
    .default([]),
});
export type ScheduleSettings = z.output<typeof scheduleSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
