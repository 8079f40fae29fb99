/**
 * When a database's backups are due: the one meaning of a schedule, for settings, EventBridge and the monitor.
 * EventBridge's own rules hold: a time that clocks jump over is skipped, one that they show twice runs once.
 */
import { parseCron, type Cron } from './cron';
import { instantOfWallTime } from './wall-clock';

export interface Season {
  /** 1 January … 12 December. */
  readonly months: readonly number[];
  readonly cron: string;
}

export interface Schedule {
  /** As in crontab; with seasons it holds in the months that none of them names. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly seasons: readonly Season[];
}

/** What an objective follows from. */
export interface ScheduledDatabase {
  readonly rpoHours?: number | undefined;
  readonly schedule: Schedule & { readonly flexibleMinutes: number; readonly expectedMinutes: number };
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
const ALL_MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** Fixed, so that the same settings always give the same alarms; with a leap day, and a yearly schedule comes twice. */
const REFERENCE = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2029-01-03T00:00:00Z') };

/** Each cron of the schedule with its months; undefined where its own month field decides. */
export function cronsOf({
  cron,
  seasons,
}: Schedule): { readonly cron: string; readonly months?: readonly number[] }[] {
  if (seasons.length === 0) return [{ cron }];
  const named = seasons.flatMap(({ months }) => months);
  const others = ALL_MONTHS.filter((month) => !named.includes(month));
  return others.length === 0 ? [...seasons] : [{ cron, months: others }, ...seasons];
}

/** For people: `0 2 * * * UTC`, or with a season `0 2 * * * Europe/Berlin; in months 6, 7: 0 4 * * *`. */
export function scheduleText({ cron, timeZone, seasons }: Schedule): string {
  const others = seasons.map((season) => `in months ${season.months.join(', ')}: ${season.cron}`);
  return [`${cron} ${timeZone}`, ...others].join('; ');
}

/** The instants at which a run is due, `from` included and `to` not, in order. */
export function slotsBetween(schedule: Schedule, from: Date, to: Date): Date[] {
  const instantOf = instantOfWallTime(schedule.timeZone, from, to);
  return wallTimesBetween(schedule, from.getTime() - DAY, to.getTime() + DAY).flatMap((wall) => {
    const instant = instantOf(wall);
    return instant === undefined || instant < from.getTime() || instant >= to.getTime()
      ? []
      : [new Date(instant)];
  });
}

/** Between two slots, the hours by which clocks are changed included; Infinity where it runs less than once a year. */
export function longestIntervalHours(schedule: Schedule): number {
  const slots = slotsBetween(schedule, REFERENCE.from, REFERENCE.to).map((slot) => slot.getTime());
  return slots.length < 2 ? Infinity : longestStep(slots) / HOUR;
}

/**
 * The age above which the newest recovery point is too old: rpoHours, else the longest interval with its flexible
 * minutes and the run, in whole hours upwards.
 */
export function objectiveHours({ rpoHours, schedule }: ScheduledDatabase): number {
  return rpoHours ?? Math.ceil(neededHours(schedule));
}

/** The age that the newest point reaches when everything goes as it should: ages count from the snapshot. */
export function neededHours(schedule: ScheduledDatabase['schedule']): number {
  return longestIntervalHours(schedule) + (schedule.flexibleMinutes + schedule.expectedMinutes) / 60;
}

/**
 * Wall times that the clocks jump over, where no other slot stands in: an hourly schedule loses nothing.
 * @returns for example `2027-03-28 02:00`
 */
export function skippedWallTimes(schedule: Schedule, from: Date, to: Date): string[] {
  const walls = wallTimesBetween(schedule, from.getTime(), to.getTime());
  const instantOf = instantOfWallTime(schedule.timeZone, from, to);
  const usual = longestStep(walls);
  return walls
    .filter((wall, index) => {
      if (instantOf(wall) !== undefined) return false;
      const told = (other: number) => instantOf(other) !== undefined;
      const before = walls.slice(0, index).filter(told).at(-1) ?? -Infinity;
      const after = walls.slice(index).find(told) ?? Infinity;
      return (instantOf(after) ?? Infinity) - (instantOf(before) ?? -Infinity) > usual;
    })
    .map((wall) => new Date(wall).toISOString().slice(0, 16).replace('T', ' '));
}

function longestStep(times: readonly number[]): number {
  return times.reduce((longest, time, index) => Math.max(longest, time - (times[index - 1] ?? time)), 0);
}

/** Wall times of every day that the interval touches, in order. */
function wallTimesBetween(schedule: Schedule, from: number, to: number): number[] {
  const crons = cronsOf(schedule).map(({ cron, months }) => {
    const parsed = parseCron(cron);
    return { ...parsed, months: months ?? parsed.months };
  });
  const times: number[] = [];
  for (let day = from - (from % DAY); day < to; day += DAY)
    for (const cron of crons) if (isOn(cron, new Date(day))) times.push(...timesOn(cron, day));
  return times;
}

function isOn({ daysOfMonth, months, daysOfWeek }: Cron, day: Date): boolean {
  return (
    months.includes(day.getUTCMonth() + 1) &&
    daysOfMonth.includes(day.getUTCDate()) &&
    daysOfWeek.includes(day.getUTCDay())
  );
}

function timesOn({ hours, minutes }: Cron, day: number): number[] {
  return hours.flatMap((hour) => minutes.map((minute) => day + hour * HOUR + minute * 60_000));
}
