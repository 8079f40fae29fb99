/**
 * Which points matter no more. Those of the status's days do; for the median of sizes so many of each kind as it takes; for
 * whoever restores the newest proven one. Of the others no more is kept than it takes not to read them again, and to see
 * gaps in the chain of manifests. Pure.
 */
import { COMPARED_POINTS } from '../../contract/metrics';
import type { IndexedDrill, IndexedPoint, PointFacts, PointIndex } from '../../contract/point-index';
import { STATUS_DAYS } from '../../contract/status';
import { newestProven, nameOfKey } from './known-points';

/** The newest, and those that its size is compared with. */
export const COMPARABLE_POINTS = 1 + COMPARED_POINTS;
const DAY_MS = 86_400_000;

export interface Remembered {
  readonly points: IndexedPoint[];
  readonly forgotten: PointIndex['forgotten'];
}

/** @param points of one database, newest first */
export function withoutOldPoints(
  points: readonly IndexedPoint[],
  drills: readonly IndexedDrill[],
  now: Date,
): Remembered {
  const proven = newestProven(points, drills, now);
  const comparable = comparablePoints(points);
  const toldSince = now.getTime() - STATUS_DAYS * DAY_MS;
  const kept: IndexedPoint[] = [];
  const forgotten: PointIndex['forgotten'] = [];
  for (const point of points) {
    const { key, version, facts, manifestSha256 } = point;
    // One that cannot be believed says nothing of its expiry.
    const matters = facts === null || Date.parse(facts.expiresAt) > toldSince || comparable.has(point);
    if (matters || point === proven || manifestSha256 === null) kept.push(point);
    else forgotten.push([nameOfKey(key), version, manifestSha256]);
  }
  return { points: kept, forgotten };
}

/** The newest of all, and the newest of each kind: sizes are compared within it. */
function comparablePoints(points: readonly IndexedPoint[]): ReadonlySet<IndexedPoint> {
  const counts = new Map<string, number>();
  const ofKind = points.filter(({ facts }) => {
    if (facts === null) return false;
    const kind = madeAs(facts);
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= COMPARABLE_POINTS;
  });
  return new Set([...points.slice(0, COMPARABLE_POINTS), ...ofKind]);
}

/** Points that were made otherwise have another size though they hold the same. */
export function madeAs({
  format,
  compression,
  excludedTableData,
}: Pick<PointFacts, 'format' | 'compression' | 'excludedTableData'>): string {
  return JSON.stringify([format, compression, [...excludedTableData].sort()]);
}
