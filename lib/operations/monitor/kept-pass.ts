/**
 * What a dead keeper, and a bucket that somebody changes, would show: the stored objects of the newest point, looked at
 * anew each hour, their locks, and the holds of the newest proven point.
 */
import pLimit from 'p-limit';
import type { Manifest } from '../../contract/manifest';
import { versionsNamed, versionsOf } from '../keeper/point-objects';
import type { KnownBelievedPoint, KnownPoint } from '../point-index/known-points';
import type { BelievedPoint } from '../recovery-points';
import { recordCheck, type CheckTools } from './check-newest';
import type { LookAt } from './look';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { KEEPER_GRACE_MS, notLockedToEnd } from './point-findings';
import { newestOf } from './point-gauges';
import { REQUESTS_AT_A_TIME } from './see-point';
import { toldDrills, type ToldDrill } from './told-drills';

const TOLD_AT_MOST = 10;

/** @param lookAt shares what it sees with other parts of the pass @throws Failure `store-failed` */
export async function keptPass(
  database: string,
  points: readonly KnownPoint[],
  lookAt: LookAt,
  tools: MonitorTools & CheckTools,
  now: Date,
): Promise<Measured> {
  const look = async (point: KnownBelievedPoint | undefined) => point && lookAt(point);
  const had = points.filter((point) => point.state !== 'faulty' && isSettled(point.manifest.finishedAt, now));
  const [newestKnown, settledKnown] = [newestOf(points, now), newestOf(had, now)];
  const newest = await look(newestKnown);
  const settled = settledKnown === newestKnown ? newest : await look(settledKnown);
  if (newest !== undefined) await recordCheck(newest.point, newest.seen, tools, now);
  const unlocked = settled === undefined ? [] : notLockedToEnd(settled.seen, now);
  const unheld = await unheldObjects(database, newest?.point, tools, now);
  const { reporter } = tools;
  for (const key of unlocked.slice(0, TOLD_AT_MOST))
    reporter.warn(`${database}: ${key} is not locked to its end: does the keeper run?`, { database });
  for (const key of unheld.slice(0, TOLD_AT_MOST))
    reporter.warn(`${database}: ${key} is of the newest proven point and is not on hold`, { database });
  return { unkeptObjects: unlocked.length + unheld.length };
}

function isSettled(finishedAt: string, now: Date): boolean {
  return Date.parse(finishedAt) + KEEPER_GRACE_MS <= now.getTime();
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
