/**
 * What happens to points after they were the newest: each hour a part of them is looked at, so that each is every week; the
 * chain of manifests is followed; and once a day dumps are looked for that never became a point. What was seen is remembered.
 */
import type { IndexedPoint, PointIndex } from '../../contract/point-index';
import { versionsNamed } from '../keeper/point-objects';
import { chainGaps } from '../point-index/chain-gaps';
import { dueLooks } from '../point-index/due-looks';
import { isKept, knownPoints, newestProven, type KnownBelievedPoint } from '../point-index/known-points';
import { saveIndex } from '../point-index/saved-index';
import { keptBytes } from '../point-index/storage';
import type { CheckTools } from './check-newest';
import { checkOf, lookAt, type LookAt } from './look';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { orphansNow } from './old-orphans';

const TOLD_AT_MOST = 10;
/** The newest proven one, and those that it took over from. */
const HOLDS_AT_MOST = 10;

/** @param look shares what it sees with other parts of the pass @throws Failure `store-failed` */
export async function olderPoints(
  index: PointIndex,
  look: LookAt,
  tools: MonitorTools & CheckTools,
  now: Date,
): Promise<Measured> {
  const known = new PointsKnown(index);
  try {
    await lookAtDue(known, look, tools, now);
    await seeHolds(known, tools, now);
    known.orphans = await orphansNow(index, tools, now);
  } finally {
    await saveIndex(tools.documents, known.index);
  }
  const faults = faultsOf(known.index, now);
  const { database } = index;
  for (const text of faults.slice(0, TOLD_AT_MOST)) tools.reporter.warn(`${database}: ${text}`, { database });
  return { keptFaults: faults.length, keptBytes: keptBytes(known.index, now) };
}

/** The index while this pass adds to it. */
class PointsKnown {
  private readonly points: Map<string, IndexedPoint>;
  orphans: PointIndex['orphans'];

  constructor(private readonly before: PointIndex) {
    this.points = new Map(before.points.map((point) => [point.key, point]));
    this.orphans = before.orphans;
  }

  set(key: string, seen: Partial<Pick<IndexedPoint, 'check' | 'held'>>): void {
    const point = this.points.get(key);
    if (point !== undefined) this.points.set(key, { ...point, ...seen });
  }

  get index(): PointIndex {
    return { ...this.before, points: [...this.points.values()], orphans: this.orphans };
  }
}

async function lookAtDue(
  known: PointsKnown,
  look: LookAt,
  tools: MonitorTools & CheckTools,
  now: Date,
): Promise<void> {
  const { index } = known;
  const checks = new Map(index.points.map(({ key, check }) => [key, check]));
  const [newest, ...older] = keptPoints(index, now);
  if (newest === undefined) return;
  const remember = async (point: KnownBelievedPoint, see: LookAt) => {
    const seen = await see(point);
    if (seen === undefined) return;
    const manifest = seen.seen.manifestObject.versions[0];
    const held = manifest !== undefined && (await tools.objects.onHold(manifest));
    known.set(point.key, { check: checkOf(seen, tools, now), held });
  };
  await remember(newest, look);
  const due = dueLooks(
    older.map((point) => ({ ...point, check: checks.get(point.key) ?? null })),
    now,
  );
  for (const point of due) await remember(point, (one) => lookAt(one, tools, now));
}

function keptPoints(index: PointIndex, now: Date): KnownBelievedPoint[] {
  return knownPoints(index, now).filter((point) => isKept(point, now));
}

/** A hold moves within the hour: those that were held, and the one that should be. */
async function seeHolds(known: PointsKnown, { objects }: MonitorTools, now: Date): Promise<void> {
  const { points, drills } = known.index;
  const proven = newestProven(points, drills, now);
  const maybeHeld = points.filter((point) => point.held || point === proven).slice(0, HOLDS_AT_MOST);
  for (const { key } of maybeHeld) {
    const [manifest] = await versionsNamed(objects, key);
    known.set(key, { held: manifest !== undefined && (await objects.onHold(manifest)) });
  }
}

/** In words. The newest point's own faults are counted every five minutes. */
function faultsOf(index: PointIndex, now: Date): string[] {
  const checks = new Map(index.points.map(({ key, check }) => [key, check]));
  const damaged = keptPoints(index, now)
    .slice(1)
    .flatMap(({ key, id }) => {
      const check = checks.get(key);
      return check === undefined || check === null || check.faults === 0
        ? []
        : [`older point ${id} has ${check.faults} faults, the first: ${check.text ?? 'unknown'}`];
    });
  const gaps = chainGaps(index, now).map(
    (key) => `${key} names a manifest before it that is not in the store: it was removed or changed`,
  );
  return [...damaged, ...gaps];
}
