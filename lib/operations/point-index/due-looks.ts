/**
 * Whose stored objects are looked at next. Each hour a 168th part of the points, those whose last look is the longest ago
 * first: so each is looked at every week, and after passes were lost those catch up that waited too long. Pure.
 */
import { createHash } from 'node:crypto';
import type { IndexedPoint } from '../../contract/point-index';

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** Half a day of passes may be lost, and the week is kept. */
const OVERDUE_AFTER_HOURS = WEEK_HOURS - 12;
/** So many times the usual part at most, until what was lost is made up for. */
const CATCH_UP = 8;
/** Points with faults are looked at in every pass: what was mended ends an alarm within the hour. */
export const FAULTY_AT_MOST = 10;

type LookedAt = Pick<IndexedPoint, 'key' | 'check'>;

/** @param points that are kept; the newest is looked at anyway and not among them */
export function dueLooks<T extends LookedAt>(points: readonly T[], now: Date): T[] {
  const waiting = points
    .map((point) => ({ point, at: lastLook(point, now), hash: hashOf(point.key) }))
    .sort((a, b) => a.at - b.at || (a.hash < b.hash ? -1 : 1));
  const part = Math.ceil(points.length / WEEK_HOURS);
  const overdueBefore = now.getTime() - OVERDUE_AFTER_HOURS * HOUR_MS;
  const overdue = waiting.filter(({ at }) => at > 0 && at <= overdueBefore).length;
  const rotating = waiting.slice(0, Math.max(part, Math.min(overdue, CATCH_UP * part)));
  const faulty = waiting.filter(({ point }) => (point.check?.faults ?? 0) > 0).slice(0, FAULTY_AT_MOST);
  return [...new Set([...rotating, ...faulty])].map(({ point }) => point);
}

/** 0 for none. One of the future was no look: it must not put the next one off. */
function lastLook({ check }: LookedAt, now: Date): number {
  const at = check === null ? 0 : Date.parse(check.at);
  return at > now.getTime() ? 0 : at;
}

/** Spreads points of which nobody has looked at any over the week, whatever their age. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
