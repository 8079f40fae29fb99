/** Looks whether a point that the sweep has no work with is still there until its time. */
import { Failure } from '../../contract/failure';
import { startOf, type RecoveryPointId } from '../../contract/recovery-point-id';
import { readPoint } from '../recovery-points';
import { DAY_MS, type KeeperTools } from './keeper-tools';
import { versionsOf } from './point-objects';

export interface PointName {
  readonly database: string;
  readonly id: RecoveryPointId;
  readonly manifestKey: string;
}

/**
 * A manifest that cannot be believed promises nothing: the monitor counts it.
 * @throws Failure `stored-data-faulty`: objects that a valid point names are gone; `store-failed`
 */
export async function refuseGone(
  { database, id, manifestKey: key }: PointName,
  { store, keeper, trust, clock, longestLockDays }: KeeperTools,
): Promise<void> {
  const now = clock.now();
  if (now.getTime() - startOf(id).getTime() > longestLockDays * DAY_MS) return;
  const point = await readPoint(store, trust, { key, database, id, hidden: false }, now);
  if (point.state !== 'valid') return;
  const { missing } = await versionsOf(keeper, point.manifest);
  const [first] = missing;
  if (first === undefined) return;
  throw new Failure(
    'stored-data-faulty',
    `${key}: its objects are gone, ${missing.length} of ${point.manifest.files.length}, for example ${first}.`,
    {
      hint: 'They were to stay until its time: the access log of the bucket says who deleted them. Back up now.',
    },
  );
}
