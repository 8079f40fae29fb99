/** Looks at the stored objects of the points that a live status relies on: the newest, and the newest proven one. */
import type { IndexedPoint, PointIndex } from '../../contract/point-index';
import type { Store } from '../../runtime/store';
import { checkObjects } from '../check-objects';
import { isWhole } from '../monitor/point-findings';
import { shortText } from '../point-index/point-facts';
import { nameOfKey, newestProven } from '../point-index/known-points';
import type { Trust } from '../read-manifest';
import { readPoint } from '../recovery-points';
import { newestPoint } from './describe-points';

/**
 * Whoever keeps a folder by `backstop prune` keeps the newest proven point whatever its time, as a hold does in a bucket.
 * @throws Failure `store-failed`
 */
export async function withLooks(
  index: PointIndex,
  { store, trust }: { readonly store: Store; readonly trust: Trust },
  now: Date,
): Promise<PointIndex> {
  const keepsProven = !(await store.locks());
  let seen = index;
  for (;;) {
    const proven = newestProven(wholeOnes(seen), seen.drills, now);
    const due = [newestPoint(seen, now), proven].find((point) => point?.check === null);
    if (due === undefined) return seen;
    const held = (await store.head(due.key))?.legalHold === true || (keepsProven && due === proven);
    const looked = { ...due, held, check: await lookAt(due, index.database, store, trust, now) };
    seen = { ...seen, points: seen.points.map((point) => (point === due ? looked : point)) };
  }
}

function wholeOnes({ points }: PointIndex): IndexedPoint[] {
  return points.filter(({ check }) => check === null || check.whole);
}

async function lookAt(
  { key, hidden }: IndexedPoint,
  database: string,
  store: Store,
  trust: Trust,
  now: Date,
): Promise<NonNullable<IndexedPoint['check']>> {
  const point = await readPoint(store, trust, { key, database, id: nameOfKey(key), hidden }, now);
  if (point.state === 'faulty')
    return { ...lookedAt(now), whole: false, faults: 1, text: shortText(point.fault), bytes: 0 };
  const { manifest } = point;
  const findings = await checkObjects(store, { manifest, manifestKey: key, now });
  const faults = findings.filter(({ severity }) => severity === 'fault');
  const [first] = faults;
  return {
    ...{ ...lookedAt(now), whole: isWhole(findings), faults: faults.length, bytes: manifest.storedBytes },
    text: first === undefined ? null : shortText(`${first.subject} ${first.text}`),
  };
}

function lookedAt(now: Date) {
  return { at: now.toISOString(), storageClass: 'STANDARD' };
}
