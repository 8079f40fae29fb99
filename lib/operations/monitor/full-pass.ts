/** What changes slowly: sizes, numbers of points, and the protection of all of them. */
import { filledIn, guardrailDifferences } from '../../contract/guardrails';
import { COMPARED_POINTS } from '../../contract/metrics';
import type { MonitorConfig, MonitoredDatabase } from '../../contract/monitor-config';
import { manifestPrefix } from '../../contract/object-keys';
import { stampOf } from '../../contract/recovery-point-id';
import type { Store } from '../../runtime/store';
import { manifestObjects, type ManifestObject } from '../manifest-objects';
import { readPoints, type RecoveryPoint } from '../recovery-points';
import type { MonitorTools } from './monitor-tools';
import type { Measured } from './measured';
import { unconfirmedAddresses } from './unconfirmed-addresses';

const DAY_MS = 86_400_000;

/** Manifests never expire, so only those that can still matter are read. @throws Failure `store-failed` */
export async function currentPoints(
  database: string,
  { longestLifeDays }: MonitoredDatabase,
  tools: MonitorTools,
  now: Date,
): Promise<readonly RecoveryPoint[]> {
  const since = new Date(now.getTime() - longestLifeDays * DAY_MS);
  const objects = await manifestsSince(since, database, tools.store);
  const points = await readPoints(tools.store, await tools.trust(), objects, now);
  for (const point of points)
    if (point.state === 'faulty') tools.reporter.warn(`${database}: ${point.fault}`, { database });
  return points;
}

/** Where there are few of them, as many older ones as sizes are compared with. */
async function manifestsSince(since: Date, database: string, store: Store): Promise<ManifestObject[]> {
  const after = `${manifestPrefix(database)}${stampOf(since)}`;
  const found = await manifestObjects(store, database, { after });
  const enough = 1 + COMPARED_POINTS;
  return found.length >= enough ? found : (await manifestObjects(store, database)).slice(0, enough);
}

/** @throws Failure `store-failed` */
export async function guardrailPass({ guardrails }: MonitorConfig, tools: MonitorTools): Promise<Measured> {
  const expected = filledIn(guardrails, tools.deployed);
  const differences = guardrailDifferences(expected, await tools.liveGuardrails());
  for (const text of differences) tools.reporter.warn(`Not as it was deployed: ${text}`);
  return { guardrailDifferences: differences.length };
}

/** @throws Failure `store-failed` */
export async function subscriptionPass({ emails }: MonitorConfig, tools: MonitorTools): Promise<Measured> {
  const unconfirmed = unconfirmedAddresses(emails, await tools.subscriptions());
  for (const address of unconfirmed) tools.reporter.warn(`No alarm reaches ${address}: it never confirmed.`);
  return { unconfirmedSubscriptions: unconfirmed.length };
}
