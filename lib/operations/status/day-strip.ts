/** What happened on each day of the status, for the strip: a nightly database has one point a day, an hourly one 24. Pure. */
import { LISTED_POINTS_MAX, STATUS_DAYS, type DatabaseStatus, type StatusPoint } from '../../contract/status';
import { counted, day } from './words';

const DAY_MS = 86_400_000;

/** In the order in which they are drawn and explained. */
export const MARKS = ['proven', 'made', 'expired', 'faulty', 'failed', 'none', 'unlisted'] as const;
export type Mark = (typeof MARKS)[number];

export const MARK_MEANINGS: Readonly<Record<Mark, string>> = {
  proven: 'a drill restored it and found it equal',
  made: 'made, not proven itself',
  expired: 'expired: its time was over',
  faulty: 'cannot be restored whole, or not believed',
  failed: 'a run failed or was stopped',
  none: 'no recovery point',
  unlisted: 'too many points to list them all here',
};

export interface StripDay {
  /** `2026-11-20`. */
  readonly day: string;
  readonly points: number;
  /** The best of what is there, then what is wrong. */
  readonly marks: readonly Mark[];
  readonly held: boolean;
  /** All of it in words. */
  readonly text: string;
}

/** Oldest first; the last one is the day on which the status was made. */
export function stripDays({ points, failures }: DatabaseStatus, madeAt: string): StripDay[] {
  const today = Date.parse(`${day(madeAt)}T00:00:00Z`);
  const pointsOf = Map.groupBy(points, ({ startedAt }) => day(startedAt));
  const failuresOf = Map.groupBy(failures, ({ at }) => day(at));
  const oldest = points.at(-1);
  const isUnlisted = (date: string) =>
    points.length >= LISTED_POINTS_MAX && oldest !== undefined && date < day(oldest.startedAt);
  return Array.from({ length: STATUS_DAYS }, (_, n) => {
    const date = day(new Date(today - (STATUS_DAYS - 1 - n) * DAY_MS).toISOString());
    const own = pointsOf.get(date) ?? [];
    return stripDay(date, own, { failed: failuresOf.get(date)?.length ?? 0, unlisted: isUnlisted(date) });
  });
}

function stripDay(
  date: string,
  points: readonly StatusPoint[],
  { failed, unlisted }: { readonly failed: number; readonly unlisted: boolean },
): StripDay {
  const held = points.filter((point) => point.held).length;
  const counts = {
    proven: points.filter((point) => point.proven && !isFaulty(point)).length,
    faulty: points.filter(isFaulty).length,
    expired: points.filter((point) => point.state === 'expired').length,
  };
  const told = [
    ...(unlisted
      ? [MARK_MEANINGS.unlisted]
      : [points.length === 0 ? 'no recovery point' : counted(points.length, 'point')]),
    ...Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : [])),
    ...(held > 0 ? [`${held} held`] : []),
    ...(failed > 0 ? [`${counted(failed, 'run')} failed`] : []),
  ];
  return {
    day: date,
    points: points.length,
    marks: [...bestMark(points, unlisted), ...(failed > 0 ? (['failed'] as const) : [])],
    held: held > 0,
    text: `${date}: ${told.join(', ')}`,
  };
}

/** An expired point that was proven is history: it can no longer be gone back to. */
const isProven = (point: StatusPoint) => point.proven && point.state === 'valid' && point.fault === null;
const isFaulty = (point: StatusPoint) => point.state === 'faulty' || point.fault !== null;

function bestMark(points: readonly StatusPoint[], unlisted: boolean): Mark[] {
  if (points.length === 0) return [unlisted ? 'unlisted' : 'none'];
  const whole = points.filter((point) => !isFaulty(point));
  const best = whole.some(isProven)
    ? 'proven'
    : whole.some(({ state }) => state === 'valid')
      ? 'made'
      : 'expired';
  return [
    ...(whole.length > 0 ? ([best] as const) : []),
    ...(whole.length < points.length ? (['faulty'] as const) : []),
  ];
}
