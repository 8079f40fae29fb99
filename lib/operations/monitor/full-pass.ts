/** What changes slowly in an installation: the protection of its bucket, and who is told. */
import { filledIn, guardrailDifferences } from '../../contract/guardrails';
import type { MonitorConfig } from '../../contract/monitor-config';
import type { MonitorTools } from './monitor-tools';
import type { Measured } from './measured';
import { unconfirmedAddresses } from './unconfirmed-addresses';

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
