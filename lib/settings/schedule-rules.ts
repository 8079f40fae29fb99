/** A schedule that can be kept: EventBridge can say it, each slot exists, and the objective follows from it. */
import { parseCron } from '../contract/cron';
import { messageOf } from '../contract/failure';
import { longestIntervalHours, neededHours, skippedWallTimes, type Schedule } from '../contract/schedule';
import type { BackedUpDatabase } from './database-schema';
import type { Fault, Path } from './faults';

type ScheduledDatabase = Pick<BackedUpDatabase, 'schedule' | 'rpoHours'>;

const LEAP_YEAR_HOURS = 366 * 24;

/** @param now times that clocks jump over are looked for in its year and the next */
export function scheduleFaults(path: Path, database: ScheduledDatabase, now: Date): Fault[] {
  const faults = timesFaults([...path, 'schedule'], database.schedule, now);
  return isKept(database.schedule) ? [...faults, ...objectiveFaults(path, database)] : faults;
}

/** Of every schedule: that it can be said, comes at least once a year, and at times that each day has. */
export function timesFaults(at: Path, schedule: Schedule, now: Date): Fault[] {
  const unclear = unclearFaults(at, schedule);
  if (unclear.length > 0) return unclear;
  if (!isKept(schedule))
    return [
      {
        path: [...at, 'cron'],
        got: `${schedule.cron}, which comes less than once a year`,
        allowed: 'at least one slot a year',
        hint: 'Is the day of the month one that the month has?',
      },
    ];
  return skippedFaults(at, schedule, now);
}

/** Whether it is clear, and comes often enough for something to follow from it. */
export function isKept(schedule: Schedule): boolean {
  return unclearFaults([], schedule).length === 0 && longestIntervalHours(schedule) <= LEAP_YEAR_HOURS;
}

function unclearFaults(at: Path, schedule: Schedule): Fault[] {
  return [...cronFaults(at, schedule), ...seasonFaults(at, schedule)];
}

function cronsWithPaths(at: Path, { cron, seasons }: Schedule) {
  return [
    { path: [...at, 'cron'], cron },
    ...seasons.map((season, index) => ({ path: [...at, 'seasons', index, 'cron'], cron: season.cron })),
  ];
}

function cronFaults(at: Path, schedule: Schedule): Fault[] {
  return cronsWithPaths(at, schedule).flatMap(({ path, cron }): Fault[] => {
    try {
      parseCron(cron);
    } catch (error) {
      return [{ path, got: cron, allowed: `what crontab and EventBridge both know: ${messageOf(error)}` }];
    }
    if (schedule.seasons.length === 0 || cron.split(' ')[3] === '*') return [];
    const hint =
      'The months of a season stand in its field months; the other cron holds in the months that are left.';
    return [{ path, got: cron, allowed: '* as month where there are seasons', hint }];
  });
}

function seasonFaults(at: Path, { seasons }: Schedule): Fault[] {
  return seasons.flatMap(({ months }, index) => {
    const before = seasons.slice(0, index).flatMap((season) => season.months);
    const again = months.filter((month, place) => [...before, ...months.slice(0, place)].includes(month));
    if (again.length === 0) return [];
    return [
      {
        path: [...at, 'seasons', index, 'months'],
        got: `${again.join(', ')} again`,
        allowed: 'each month once, over all seasons',
        hint: 'Take it out of one of them.',
      },
    ];
  });
}

function skippedFaults(at: Path, schedule: Schedule, now: Date): Fault[] {
  const startOf = (year: number) => new Date(Date.UTC(year, 0));
  const year = now.getUTCFullYear();
  const skipped = skippedWallTimes(schedule, startOf(year), startOf(year + 2));
  if (skipped.length === 0) return [];
  return [
    {
      path: [...at, 'cron'],
      got: `a run at ${skipped.join(' and ')}, which the clocks of ${schedule.timeZone} jump over`,
      allowed: 'times that every day has: EventBridge skips the others',
      hint: 'Take an hour earlier or later, or the time zone UTC.',
    },
  ];
}

function objectiveFaults(path: Path, { rpoHours, schedule }: ScheduledDatabase): Fault[] {
  if (rpoHours === undefined) return [];
  const needed = neededHours(schedule);
  if (rpoHours >= needed) return [];
  const { flexibleMinutes, expectedMinutes } = schedule;
  const interval = hours(longestIntervalHours(schedule));
  return [
    {
      path: [...path, 'rpoHours'],
      got: `${rpoHours}`,
      allowed: `at least ${hours(needed)}: longest interval ${interval} h + flexibleMinutes ${flexibleMinutes} + expectedMinutes ${expectedMinutes}`,
      hint: 'Accept to lose more, back up more often, or lower flexibleMinutes or expectedMinutes.',
    },
  ];
}

/** Upwards, to two decimals. */
function hours(value: number): number {
  return Math.ceil(value * 100) / 100;
}
