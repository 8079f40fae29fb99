/** The real monitor over real stores, at a time that the test says, with what it published. */
import type { Guardrails } from '../../lib/contract/guardrails';
import type { MonitorConfig } from '../../lib/contract/monitor-config';

export const NIGHTLY: MonitorConfig['databases'][string]['schedule'] = {
  cron: '0 2 * * *',
  timeZone: 'UTC',
  seasons: [],
  flexibleMinutes: 15,
  expectedMinutes: 30,
};

export function monitorConfig(
  databases: readonly string[],
  { emails = [], guardrails = {} }: { readonly emails?: string[]; readonly guardrails?: Guardrails } = {},
): MonitorConfig {
  return {
    installation: 'backstop',
    databases: Object.fromEntries(databases.map((name) => [name, { schedule: NIGHTLY }])),
    emails,
    guardrails,
  };
}
