/** What clocks on the wall show in a time zone. A wall time is written as the UTC instant that looks the same, in ms. */

/** Without a change of the clocks. */
interface Period {
  readonly from: number;
  readonly until: number;
  /** Wall time minus UTC, in ms. */
  readonly offset: number;
}

const DAY = 86_400_000;
/** No zone changes its clocks twice within so long. */
const WEEK = 7 * DAY;

/**
 * From wall times to instants, between two instants and a day around them.
 * @returns undefined where clocks jump over the time; the earlier instant where they show it twice. That is how
 * EventBridge Scheduler reads a schedule: it skips the one, and runs once in the other.
 * docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function instantOfWallTime(
  timeZone: string,
  from: Date,
  to: Date,
): (wall: number) => number | undefined {
  const periods = periodsBetween(offsetIn(timeZone), from.getTime() - 2 * DAY, to.getTime() + 2 * DAY);
  return (wall) => {
    const period = periods.find(({ from, until, offset }) => from <= wall - offset && wall - offset < until);
    return period === undefined ? undefined : wall - period.offset;
  };
}

function periodsBetween(offsetAt: (instant: number) => number, from: number, until: number): Period[] {
  const ends: number[] = [];
  for (let week = from; week < until; week += WEEK)
    if (offsetAt(week) !== offsetAt(week + WEEK)) ends.push(changeBetween(offsetAt, week, week + WEEK));
  return [...ends, until + WEEK].map((end, index) => {
    const begin = ends[index - 1] ?? from;
    return { from: begin, until: end, offset: offsetAt(begin) };
  });
}

/** The first instant with another offset than `before`. */
function changeBetween(offsetAt: (instant: number) => number, before: number, after: number): number {
  if (after - before <= 1) return after;
  const middle = Math.floor((before + after) / 2);
  return offsetAt(middle) === offsetAt(before)
    ? changeBetween(offsetAt, middle, after)
    : changeBetween(offsetAt, before, middle);
}

/** Of an instant, in ms: positive east of Greenwich. */
function offsetIn(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  return (instant) => {
    const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = 0, minutes = 0] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  };
}
