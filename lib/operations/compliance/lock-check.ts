/** Whether each object of the points that are kept is locked until its time: read from S3, object by object. */
import pLimit from 'p-limit';
import type { LockCheck } from '../../contract/compliance';
import { pointPrefix } from '../../contract/object-keys';
import type { ObjectVersion, ProtectedObjects } from '../../runtime/protected-objects';
import { KEEPER_GRACE_MS } from '../monitor/point-findings';
import type { BelievedPoint } from '../recovery-points';

const POINTS_AT_A_TIME = 4;
const LOCKS_AT_A_TIME = 16;

/**
 * The keeper locks within an hour of a point's end: younger ones are not judged yet.
 * @param objectsOfEachPoint so many of each at most, its manifest among them. @default - all
 * @throws Failure `store-failed`
 */
export async function checkLocks(
  points: readonly BelievedPoint[],
  objects: ProtectedObjects,
  now: Date,
  objectsOfEachPoint = Infinity,
): Promise<LockCheck> {
  const judged = points.filter(
    ({ state, manifest }) =>
      state === 'valid' &&
      new Date(manifest.retainUntil) > now &&
      Date.parse(manifest.finishedAt) + KEEPER_GRACE_MS <= now.getTime(),
  );
  const limit = pLimit(LOCKS_AT_A_TIME);
  const looked = await pLimit(POINTS_AT_A_TIME).map(judged, async (point) => {
    const versions = (await newestVersions(point, objects)).slice(0, objectsOfEachPoint);
    const locks = await Promise.all(versions.map((version) => limit(() => objects.lockedUntil(version))));
    return { count: versions.length, faults: faultOf(point, locks) };
  });
  return {
    points: judged.length,
    objects: looked.reduce((sum, { count }) => sum + count, 0),
    objectsOfEachPoint: Number.isFinite(objectsOfEachPoint) ? objectsOfEachPoint : null,
    faults: looked.flatMap(({ faults }) => faults),
  };
}

/** Of the manifest, and of all that lies where the point lies: what a restore would read. */
async function newestVersions(
  { key, manifest }: BelievedPoint,
  objects: ProtectedObjects,
): Promise<ObjectVersion[]> {
  const newest = new Map<string, ObjectVersion>();
  for (const prefix of [key, pointPrefix(manifest.class, manifest.database, manifest.id)])
    for await (const version of objects.versions(prefix))
      if (!newest.has(version.key)) newest.set(version.key, version);
  return [...newest.values()];
}

function faultOf(
  { database, id, manifest: { retainUntil } }: BelievedPoint,
  locks: readonly (Date | undefined)[],
): LockCheck['faults'] {
  const short = locks.filter((until) => until === undefined || until < new Date(retainUntil));
  if (short.length === 0) return [];
  const ends = short.map((until) => until?.toISOString() ?? null);
  const earliest = ends.includes(null) ? null : (ends.sort()[0] ?? null);
  return [{ database, point: id, retainUntil, lockedUntil: earliest, objects: short.length }];
}
