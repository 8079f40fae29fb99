/** Which recovery points may go. Pure, and the only place that decides it. */

import { startOf, type RecoveryPointId } from '../../contract/recovery-point-id';

export interface KeptPoint {
  readonly id: RecoveryPointId;
  /**
   * `whole`: every object is there and locked until the point's retainUntil, or that has passed. `tagged`: it was whole
   * once, and then every object was tagged. `remains`: past its time, and some objects are gone already.
   */
  readonly state: 'whole' | 'tagged' | 'remains';
}

export interface Reliance {
  readonly now: Date;
  /** Whether drills run for this database: only then is something newer going to be proven. */
  readonly drilled: boolean;
  /** The newest proven point, whole and confirmed to be on hold; undefined where none is proven. */
  readonly proven: RecoveryPointId | undefined;
}

/** Made under a wrong clock: for years it would be the newest, so it is never relied on. */
export function isOfTheFuture(id: RecoveryPointId, now: Date): boolean {
  return startOf(id) > now;
}

/**
 * The newest of those of which locks were confirmed. What no lock could be confirmed of is not among the points at all: it
 * is never a reason to let another one go, and never goes itself.
 * @param points of one database, in any order
 */
export function newestWhole<T extends KeptPoint>(points: readonly T[], now: Date): T | undefined {
  return points
    .filter(({ id, state }) => state !== 'remains' && !isOfTheFuture(id, now))
    .reduce<T | undefined>((newest, point) => (newest && newest.id >= point.id ? newest : point), undefined);
}

/**
 * Those that get the tag. Where drills run, only what is older than the newest proven point: while drills fail, nothing
 * goes. Where none run, what is older than the newest whole one; a point that was proven all the same stays beside it.
 */
export function mayBeTagged<T extends KeptPoint>(points: readonly T[], reliance: Reliance): T[] {
  const { now, drilled, proven } = reliance;
  const stays = drilled ? proven : newestWhole(points, now)?.id;
  if (stays === undefined) return [];
  return points.filter(({ id, state }) => id < stays && id !== proven && state !== 'tagged');
}
