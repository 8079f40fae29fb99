/**
 * What of a directory store may be deleted: what the keeper would let lifecycle have in a bucket, and of that only what is
 * past its time. Pure.
 */
import { isOfTheFuture, mayBeTagged, newestWhole, type KeptPoint, type Reliance } from './keeper/expiry-rule';

/** A recovery point, as its manifest and the names and sizes of its objects tell. */
export interface PrunePoint {
  readonly id: string;
  /** `faulty`: its manifest is not believed, so nothing is known of it. `damaged`: objects that it names are not there. */
  readonly state: 'whole' | 'damaged' | 'faulty';
  /** ISO-8601; null of a faulty one. */
  readonly expiresAt: string | null;
}

export interface PruneVerdict<T> {
  readonly point: T;
  readonly goes: boolean;
  /** For people: why it goes, or stays. */
  readonly why: string;
}

/** @param points of one database, in any order */
export function pruneVerdicts<T extends PrunePoint>(
  points: readonly T[],
  reliance: Reliance,
): PruneVerdict<T>[] {
  const { now } = reliance;
  const known = points.flatMap((point) => keptPoint(point, now));
  const mayGo = new Set(mayBeTagged(known, reliance).map(({ id }) => id));
  const newest = newestWhole(known, now)?.id;
  return points.map((point) => {
    const goes = isExpired(point, now) && mayGo.has(point.id);
    const why = goes ? `expired ${point.expiresAt ?? ''}` : whyItStays(point, newest, reliance);
    return { point, goes, why };
  });
}

/** One that is past its time and not whole is what an interrupted prune left: never relied on, and may go. */
function keptPoint(point: PrunePoint, now: Date): KeptPoint[] {
  if (point.state === 'whole') return [{ id: point.id, state: 'whole' }];
  return isExpired(point, now) ? [{ id: point.id, state: 'remains' }] : [];
}

function isExpired({ expiresAt }: PrunePoint, now: Date): boolean {
  return expiresAt !== null && new Date(expiresAt) <= now;
}

function whyItStays(point: PrunePoint, newest: string | undefined, reliance: Reliance): string {
  const { now, drilled, proven } = reliance;
  if (point.state === 'faulty') return 'its manifest is not believed: "backstop check" says why';
  if (point.id === proven) return 'the newest proven point';
  if (!isExpired(point, now)) return `not expired before ${point.expiresAt ?? ''}`;
  if (isOfTheFuture(point.id, now)) return 'it says that it is of the future';
  if (point.id === newest) return 'the newest whole point';
  if (drilled && proven === undefined) return 'drills have run, and no point that is there is proven';
  return drilled ? 'newer than the newest proven point' : 'no newer point is whole';
}
