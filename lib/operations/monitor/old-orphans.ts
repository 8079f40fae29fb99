/**
 * Dumps that never became a recovery point, once a day: their listing grows with all that is stored. Each database has an hour
 * of its own, so that not all are listed at once.
 */
import { createHash } from 'node:crypto';
import { humanBytes } from '../../contract/human';
import type { PointIndex } from '../../contract/point-index';
import { manifestObjects } from '../manifest-objects';
import { findOrphans } from '../orphans';
import type { MonitorTools } from './monitor-tools';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const TOLD_AT_MOST = 10;

/** @returns what is known of them now, as before where their hour has not come @throws Failure `store-failed` */
export async function orphansNow(
  { database, orphans }: Pick<PointIndex, 'database' | 'orphans'>,
  { store, reporter }: Pick<MonitorTools, 'store' | 'reporter'>,
  now: Date,
): Promise<PointIndex['orphans']> {
  if (!areDue(database, orphans, now)) return orphans;
  const ids = new Set((await manifestObjects(store, database)).map(({ id }) => id));
  const found = await findOrphans(store, { database, now, hasManifest: (_, id) => ids.has(id) });
  const left = found.filter(({ mayBeRunning }) => !mayBeRunning);
  for (const { prefix, objects, bytes } of left.slice(0, TOLD_AT_MOST)) {
    const what = `${objects} objects (${humanBytes(bytes)}) without a manifest`;
    reporter.warn(`${database}: ${prefix} has ${what}: a backup that failed left them behind`, { database });
  }
  const bytes = left.reduce((sum, orphan) => sum + orphan.bytes, 0);
  return { at: now.toISOString(), count: left.length, bytes };
}

/** Since they were looked for last, the database's hour has begun; where they never were, it is now. */
export function areDue(database: string, orphans: PointIndex['orphans'], now: Date): boolean {
  const hour = (createHash('sha256').update(database).digest()[0] ?? 0) % HOURS;
  const hours = Math.floor(now.getTime() / HOUR_MS);
  const begun = hours - ((hours - hour) % HOURS);
  if (orphans === null) return begun === hours;
  const last = Date.parse(orphans.at);
  return last < begun * HOUR_MS || last > now.getTime();
}
