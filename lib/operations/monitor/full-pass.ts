/** What changes slowly: sizes, numbers of points, and the protection of all of them. */
import { filledIn, guardrailDifferences } from '../../contract/guardrails';
import type { MonitorConfig } from '../../contract/monitor-config';
import { listRecoveryPoints } from '../recovery-points';
import type { MonitorTools } from './monitor-tools';
import type { Measured } from './measured';
import { pointGauges } from './point-gauges';
import { unconfirmedAddresses } from './unconfirmed-addresses';

/** Reads every manifest of the database. @throws Failure `store-failed` */
export async function fullPass(database: string, tools: MonitorTools, now: Date): Promise<Measured> {
  const points = await listRecoveryPoints(tools.store, await tools.trust(), { now, database });
  for (const point of points)
    if (point.state === 'faulty') tools.reporter.warn(`${database}: ${point.fault}`, { database });
  return pointGauges(points, now);
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
