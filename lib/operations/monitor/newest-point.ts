/** The newest recovery point of a database, found without reading all of them: ids sort by time. */
import { manifestPrefix } from '../../contract/object-keys';
import { stampOf, startOf } from '../../contract/recovery-point-id';
import type { Manifest } from '../../contract/manifest';
import type { Store } from '../../runtime/store';
import { manifestObjects, type ManifestObject } from '../manifest-objects';
import type { Trust } from '../read-manifest';
import { isFromTheFuture, readPoint, type BelievedPoint } from '../recovery-points';

const DAY = 86_400_000;
/** How far back is listed, each time that nearer days held none. Then all is. */
const STRETCHES_DAYS = [2, 16, 128];
/** After so many that cannot be believed the rest is left to the full pass. */
const READ_AT_MOST = 20;

/**
 * Neither faulty nor expired nor from the future.
 * @throws Failure `store-failed`
 */
export async function newestPoint(
  store: Store,
  trust: Trust,
  database: string,
  now: Date,
): Promise<BelievedPoint<Manifest> | undefined> {
  let read = 0;
  for await (const object of newestFirst(store, database, now)) {
    if (object.id === undefined || isFromTheFuture(startOf(object.id), now)) continue;
    const point = await readPoint(store, trust, object, now);
    if (point.state === 'valid' && !isFromTheFuture(new Date(point.manifest.snapshotAt), now)) return point;
    if (++read === READ_AT_MOST) return undefined;
  }
  return undefined;
}

async function* newestFirst(store: Store, database: string, now: Date): AsyncGenerator<ManifestObject> {
  const prefix = manifestPrefix(database);
  let until: string | undefined;
  for (const days of [...STRETCHES_DAYS, undefined]) {
    const after =
      days === undefined ? undefined : `${prefix}${stampOf(new Date(now.getTime() - days * DAY))}`;
    const found = await manifestObjects(store, database, { after });
    yield* found.filter(({ key }) => until === undefined || key <= until);
    until = after;
  }
}
