/** What is known of one database, brought up to date at the beginning of a full pass; and what still counts of it. */
import type { MonitoredDatabase } from '../../contract/monitor-config';
import type { PointIndex } from '../../contract/point-index';
import { stampOf } from '../../contract/recovery-point-id';
import { COMPARABLE_POINTS } from '../point-index/forget-points';
import { knownPoints, type KnownPoint } from '../point-index/known-points';
import { loadIndex, saveIndex } from '../point-index/saved-index';
import { updatedIndex } from '../point-index/update-index';
import type { MonitorTools } from './monitor-tools';

const DAY_MS = 86_400_000;

/** @throws Failure `store-failed` */
export async function currentIndex(
  database: string,
  settings: MonitoredDatabase,
  tools: MonitorTools,
  now: Date,
): Promise<PointIndex> {
  const { store, documents } = tools;
  const sources = {
    store,
    trust: await tools.trust(),
    // Where it cannot be read, only what is said of drills falls silent.
    evidenceTrust: await tools.evidenceTrust().catch(() => undefined),
    since: earliest(settings, now),
    keep: (soFar: PointIndex) => saveIndex(documents, soFar),
  };
  return updatedIndex(database, sources, await loadIndex(documents, database), now);
}

/** Manifests never expire, so only those count that can still matter; where there are few, as many as sizes are compared with. */
export function currentPoints(
  index: PointIndex,
  settings: MonitoredDatabase,
  { reporter }: Pick<MonitorTools, 'reporter'>,
  now: Date,
): readonly KnownPoint[] {
  const { database } = index;
  const first = stampOf(earliest(settings, now));
  const points = knownPoints(index, now).filter(({ id }, at) => at < COMPARABLE_POINTS || id > first);
  for (const point of points)
    if (point.state === 'faulty') reporter.warn(`${database}: ${point.fault}`, { database });
  return points;
}

function earliest({ longestLifeDays }: MonitoredDatabase, now: Date): Date {
  return new Date(now.getTime() - longestLifeDays * DAY_MS);
}
