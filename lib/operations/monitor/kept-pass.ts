/**
 * What a dead keeper, and a bucket that somebody changes, would show: the stored objects of the newest point, looked at
 * anew each hour, their locks, and the holds of the newest proven point.
 */
import pLimit from 'p-limit';
import type { Manifest } from '../../contract/manifest';
import { versionsNamed, versionsOf } from '../keeper/point-objects';
import { readPoint, type BelievedPoint, type RecoveryPoint } from '../recovery-points';
import { recordCheck, type CheckTools } from './check-newest';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { KEEPER_GRACE_MS, notLockedToEnd } from './point-findings';
import { newestOf } from './point-gauges';
import { REQUESTS_AT_A_TIME, seePoint } from './see-point';
import { toldDrills, type ToldDrill } from './told-drills';

const TOLD_AT_MOST = 10;

/** @throws Failure `store-failed` */
export async function keptPass(
  database: string,
  points: readonly RecoveryPoint[],
  tools: MonitorTools & CheckTools,
  now: Date,
): Promise<Measured> {
  const read = async (point: BelievedPoint | undefined) => point && wholePoint(point, tools, now);
  const had = points.filter((point) => point.state !== 'faulty' && isSettled(point.manifest.finishedAt, now));
  const [newestKnown, settledKnown] = [newestOf(points, now), newestOf(had, now)];
  const newest = await read(newestKnown);
  const settled = settledKnown === newestKnown ? newest : await read(settledKnown);
  const unlocked = new Set<string>();
  for (const point of new Set([newest, settled])) {
    if (point === undefined) continue;
    const seen = await seePoint(point, tools);
    if (point === newest) await recordCheck(point, seen, tools, now);
    if (point === settled) for (const key of notLockedToEnd(seen, now)) unlocked.add(key);
  }
  const unheld = await unheldObjects(database, newest, tools, now);
  const { reporter } = tools;
  for (const key of [...unlocked].slice(0, TOLD_AT_MOST))
    reporter.warn(`${database}: ${key} is not locked to its end: does the keeper run?`, { database });
  for (const key of unheld.slice(0, TOLD_AT_MOST))
    reporter.warn(`${database}: ${key} is of the newest proven point and is not on hold`, { database });
  return { unkeptObjects: unlocked.size + unheld.length };
}

function isSettled(finishedAt: string, now: Date): boolean {
  return Date.parse(finishedAt) + KEEPER_GRACE_MS <= now.getTime();
}

/** With what it names: thousands of points did not fit into memory so. */
async function wholePoint(
  { key, database, id, hidden }: BelievedPoint,
  tools: MonitorTools,
  now: Date,
): Promise<BelievedPoint<Manifest> | undefined> {
  const point = await readPoint(tools.store, await tools.trust(), { key, database, id, hidden }, now);
  return point.state === 'faulty' ? undefined : point;
}

/**
 * The hold moves from one proof to the next within an hour: of the newest proof and those after the newest that is older
 * than that, one must be held.
 * @returns keys of the newest proof that has had its hour
 */
async function unheldObjects(
  database: string,
  newest: BelievedPoint<Manifest> | undefined,
  tools: MonitorTools,
  now: Date,
): Promise<string[]> {
  for await (const drill of toldDrills(database, newest, tools, now)) {
    const { evidence, proves } = drill;
    if (proves === undefined) continue;
    const unheld = await notOnHold(drill, proves, tools);
    if (unheld === undefined) continue;
    if (unheld.length === 0 || isSettled(evidence.finishedAt, now)) return unheld;
  }
  return [];
}

/**
 * Of all that makes the proof: objects, manifest and evidence. What is not there is not held either.
 * @returns undefined for a point that went when its time had come
 */
async function notOnHold(
  { key: evidenceKey }: ToldDrill,
  { key: ownKey, manifest, state }: BelievedPoint<Manifest>,
  { objects }: MonitorTools,
): Promise<string[] | undefined> {
  const { versions, missing } = await versionsOf(objects, manifest);
  if (versions.length === 0 && state === 'expired') return undefined;
  const documents = [
    ...(await versionsNamed(objects, ownKey)),
    ...(await versionsNamed(objects, evidenceKey)),
  ];
  const unheld = await pLimit(REQUESTS_AT_A_TIME).map([...versions, ...documents], async (version) =>
    (await objects.onHold(version)) ? [] : [version.key],
  );
  return [...missing, ...unheld.flat()];
}
