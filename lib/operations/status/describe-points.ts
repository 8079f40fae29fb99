/** The recovery points of a database as a status tells them: what is there, what is proven, what can be restored. Pure. */
import { idOfManifestKey } from '../../contract/object-keys';
import type { IndexedDrill, IndexedPoint, PointFacts, PointIndex } from '../../contract/point-index';
import { startOf, type RecoveryPointId } from '../../contract/recovery-point-id';
import { LISTED_POINTS_MAX, STATUS_DAYS, type DatabaseStatus, type StatusPoint } from '../../contract/status';
import { nameOfKey } from '../point-index/known-points';
import { isFromTheFuture } from '../recovery-points';

const DAY_MS = 86_400_000;

type Proof = Pick<IndexedDrill, 'id'> & { readonly facts: NonNullable<IndexedDrill['facts']> };
type Believed = IndexedPoint & { readonly facts: PointFacts };

/** Of each point that is known the SHA-256 of the manifest that is there, by the point's id; null where it could not be read. */
export function manifestsOf({ points, forgotten }: PointIndex): Map<string, string | null> {
  return new Map([
    ...forgotten.map(([id, , manifestSha256]) => [id, manifestSha256] as const),
    ...points.map(({ key, manifestSha256 }) => [nameOfKey(key), manifestSha256] as const),
  ]);
}

/** Of each point its newest proof: believed, and of the very manifest that is there. By the point's id. */
export function proofsOf(index: PointIndex): Map<RecoveryPointId, Proof> {
  const manifests = manifestsOf(index);
  const proofs = new Map<RecoveryPointId, Proof>();
  for (const { id, point, facts } of index.drills) {
    if (facts?.outcome !== 'proven' || facts.manifestSha256 !== manifests.get(point)) continue;
    if ((proofs.get(point)?.id ?? '') < id) proofs.set(point, { id, facts });
  }
  return proofs;
}

/** Newest first: the kept ones, and those that expired within the days of a status. */
export function listedPoints(index: PointIndex, now: Date): StatusPoint[] {
  const proofs = proofsOf(index);
  return index.points
    .flatMap((point) => {
      const id = idOfManifestKey(point.key);
      return id === undefined || isForgotten(point, id, now)
        ? []
        : [statusPoint(point, id, proofs.has(id), now)];
    })
    .slice(0, LISTED_POINTS_MAX);
}

function isForgotten({ facts, held }: IndexedPoint, id: RecoveryPointId, now: Date): boolean {
  const ended = facts === null ? startOf(id) : new Date(facts.expiresAt);
  return !held && ended.getTime() < now.getTime() - STATUS_DAYS * DAY_MS;
}

function statusPoint(point: IndexedPoint, id: RecoveryPointId, isProven: boolean, now: Date): StatusPoint {
  const { facts, held } = point;
  return {
    id,
    startedAt: facts?.startedAt ?? startOf(id).toISOString(),
    state: facts === null ? 'faulty' : new Date(facts.expiresAt) <= now ? 'expired' : 'valid',
    proven: isProven && facts !== null,
    held,
    fault: faultOf(point),
    class: facts?.class ?? null,
    snapshotAt: facts?.snapshotAt ?? null,
    expiresAt: facts?.expiresAt ?? null,
    storedBytes: facts?.storedBytes ?? null,
    databaseBytes: facts?.databaseBytes ?? null,
    rows: facts?.rows ?? null,
    backupSeconds: facts && secondsBetween(facts.startedAt, facts.finishedAt),
  };
}

function faultOf({ facts, fault, check }: IndexedPoint): string | null {
  if (facts === null) return fault ?? 'its manifest cannot be believed';
  if (check === null || check.whole) return null;
  return check.text ?? 'objects of it are missing or changed';
}

export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

/** Neither faulty nor expired nor from the future: what BackupMissing looks at. */
export function newestPoint({ points }: PointIndex, now: Date): Believed | undefined {
  return points.find(
    (point): point is Believed =>
      point.facts !== null &&
      new Date(point.facts.expiresAt) > now &&
      !isFromTheFuture(new Date(point.facts.snapshotAt), now),
  );
}

/** The newest that a drill proved of those that can still be restored: held ones past their time, too. */
export function newestProven(index: PointIndex, now: Date): DatabaseStatus['proven'] {
  const proofs = proofsOf(index);
  for (const point of index.points) {
    const id = idOfManifestKey(point.key);
    const proof = id === undefined ? undefined : proofs.get(id);
    if (id === undefined || proof === undefined || !isRestorable(point, now)) continue;
    const { snapshotAt } = point.facts;
    const { finishedAt: provenAt, restoreSeconds } = proof.facts;
    return { point: id, snapshotAt, drill: proof.id, provenAt, restoreSeconds };
  }
  return null;
}

/** Of one that is damaged, or whose time is over while nobody holds it, nothing may be claimed. */
function isRestorable(point: IndexedPoint, now: Date): point is Believed {
  const { facts, held, check } = point;
  if (facts === null || check?.whole === false) return false;
  return (held || new Date(facts.expiresAt) > now) && !isFromTheFuture(new Date(facts.snapshotAt), now);
}
