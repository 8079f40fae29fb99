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

/**
 * The newest point that can be relied on stays without a tag, however old it grows. What no lock could be confirmed of is
 * not among the points at all: it is never a reason to let another one go, and never goes itself. So is a point of the
 * future, made under a wrong clock: for years it would be the newest.
 * @param points of one database, in any order
 */
export function newestToStay<T extends KeptPoint>(points: readonly T[], now: Date): T | undefined {
  return points
    .filter(({ id, state }) => state !== 'remains' && startOf(id) <= now)
    .reduce<T | undefined>((newest, point) => (newest && newest.id >= point.id ? newest : point), undefined);
}

/** Those that get the tag: older than the newest that stays, and not tagged yet. */
export function mayBeTagged<T extends KeptPoint>(points: readonly T[], now: Date): T[] {
  const stays = newestToStay(points, now);
  if (stays === undefined) return [];
  return points.filter(({ id, state }) => id < stays.id && state !== 'tagged');
}
