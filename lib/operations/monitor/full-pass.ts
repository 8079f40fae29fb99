/** What changes slowly in an installation: the protection of its bucket, and who is told. */
import { filledIn, guardrailDifferences, type Guardrails } from '../../contract/guardrails';
import type { MonitorConfig } from '../../contract/monitor-config';
import type { MonitorTools } from './monitor-tools';
import type { Measured } from './measured';
import { once } from './once';
import { unconfirmedAddresses } from './unconfirmed-addresses';

export interface Protection {
  readonly live: Guardrails;
  /** Against what was deployed, each in words. */
  readonly differences: readonly string[];
}

/** What belongs to no database, looked at once in a pass. */
export interface SeenInstallation {
  protection(): Promise<Protection>;
  /** Addresses that never confirmed. */
  unconfirmed(): Promise<readonly string[]>;
}

/** @throws Failure `store-failed`, each of its parts for itself */
export function seeInstallation(config: MonitorConfig, tools: MonitorTools): SeenInstallation {
  return {
    protection: once(async () => {
      const live = await tools.liveGuardrails();
      const expected = filledIn(config.guardrails, tools.deployed);
      return { live, differences: guardrailDifferences(expected, live) };
    }),
    unconfirmed: once(async () => unconfirmedAddresses(config.emails, await tools.subscriptions())),
  };
}

/** @throws Failure `store-failed` */
export async function guardrailPass(
  seen: SeenInstallation,
  { reporter }: Pick<MonitorTools, 'reporter'>,
): Promise<Measured> {
  const { differences } = await seen.protection();
  for (const text of differences) reporter.warn(`Not as it was deployed: ${text}`);
  return { guardrailDifferences: differences.length };
}

/** @throws Failure `store-failed` */
export async function subscriptionPass(
  seen: SeenInstallation,
  { reporter }: Pick<MonitorTools, 'reporter'>,
): Promise<Measured> {
  const unconfirmed = await seen.unconfirmed();
  for (const address of unconfirmed) reporter.warn(`No alarm reaches ${address}: it never confirmed.`);
  return { unconfirmedSubscriptions: unconfirmed.length };
}
