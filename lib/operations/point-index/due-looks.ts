/**
 * Whose stored objects are looked at next: each hour so many that each point has its turn every week though half a day of
 * passes is lost, those first whose last look is the longest ago. After more was lost, those catch up that waited. Pure.
 */
import { createHash } from 'node:crypto';
import type { IndexedPoint } from '../../contract/point-index';

const HOUR_MS = 3_600_000;
/** A week but half a day. */
export const TURN_HOURS = 156;
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
  const part = Math.ceil(points.length / TURN_HOURS);
  const overdueBefore = now.getTime() - (TURN_HOURS + 1) * HOUR_MS;
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
