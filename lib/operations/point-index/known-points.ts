/** The index seen as recovery points: what is remembered of each, newest first. Pure. */
import type { IndexedDrill, IndexedPoint, PointFacts, PointIndex } from '../../contract/point-index';
import { isRecoveryPointId } from '../../contract/recovery-point-id';
import { isFromTheFuture, stateOf, type BelievedPoint, type RecoveryPoint } from '../recovery-points';

export type KnownPoint = RecoveryPoint<PointFacts>;
export type KnownBelievedPoint = BelievedPoint<PointFacts>;

export function knownPoints(
  { database, points }: Pick<PointIndex, 'database' | 'points'>,
  now: Date,
): KnownPoint[] {
  return points.map((point) => knownPoint(database, point, now));
}

function knownPoint(database: string, point: IndexedPoint, now: Date): KnownPoint {
  const { key, hidden, facts, manifestSha256 } = point;
  const base = { database, id: nameOfKey(key), key, hidden };
  if (facts === null || manifestSha256 === null) {
    const fault = point.fault ?? `${key} cannot be believed.`;
    return { ...base, state: 'faulty', manifestSha256: manifestSha256 ?? undefined, fault, hint: undefined };
  }
  return { ...base, state: stateOf(facts, now), manifestSha256, manifest: facts };
}

/** Its last part, without the ending of a manifest. */
export function nameOfKey(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const id = name.replace(/\.json$/, '');
  return isRecoveryPointId(id) ? id : name;
}

/** One that counts: neither faulty nor expired nor from the future. */
export function isKept(point: KnownPoint, now: Date): point is KnownBelievedPoint {
  return point.state === 'valid' && !isFromTheFuture(new Date(point.manifest.snapshotAt), now);
}

/** The newest that a drill proved, past its expiry too: it is the one that is held. */
export function newestProven(
  points: readonly IndexedPoint[],
  drills: readonly IndexedDrill[],
  now: Date,
): IndexedPoint | undefined {
  const proven = new Set(
    drills.flatMap(({ point, facts }) =>
      facts?.outcome === 'proven' ? [`${point} ${facts.manifestSha256}`] : [],
    ),
  );
  return points.find(
    ({ key, facts, manifestSha256 }) =>
      facts !== null &&
      proven.has(`${nameOfKey(key)} ${manifestSha256 ?? ''}`) &&
      !isFromTheFuture(new Date(facts.snapshotAt), now),
  );
}
