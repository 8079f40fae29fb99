/** The newest recovery point of a database, found without reading all of them: ids sort by time. */
import type { Manifest } from '../../contract/manifest';
import { manifestPrefix } from '../../contract/object-keys';
import { startOf } from '../../contract/recovery-point-id';
import type { Store } from '../../runtime/store';
import { manifestObjects } from '../manifest-objects';
import type { Trust } from '../read-manifest';
import { isFromTheFuture, readPoint, type BelievedPoint } from '../recovery-points';
import { newestFirst } from './newest-first';

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
  const list = (after: string | undefined) => manifestObjects(store, database, { after });
  for await (const object of newestFirst(manifestPrefix(database), now, list)) {
    if (object.id === undefined || isFromTheFuture(startOf(object.id), now)) continue;
    const point = await readPoint(store, trust, object, now);
    if (point.state === 'valid' && !isFromTheFuture(new Date(point.manifest.snapshotAt), now)) return point;
    if (++read === READ_AT_MOST) return undefined;
  }
  return undefined;
}
