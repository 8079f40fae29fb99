/**
 * One pass over everything. Each part is published as soon as it is known, so that one database's trouble does not
 * silence the others. Of a part that could not be looked at nothing is published: any figure would be a claim, and its
 * alarms take silence for a breach. A pass with such a part fails and does not count as one that came to its end.
 */
import pLimit from 'p-limit';
import { Failure, messageOf } from '../../contract/failure';
import type { MonitorConfig, Pass } from '../../contract/monitor-config';
import { fullPass, guardrailPass, subscriptionPass } from './full-pass';
import { lightPass } from './light-pass';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';

const PARTS_AT_A_TIME = 8;

interface Part {
  readonly database?: string;
  /** For messages. */
  readonly subject: string;
  readonly measure: (now: Date) => Promise<Measured>;
}

/** @throws Failure `store-failed` that names the parts which could not be looked at, after the others are published */
export async function monitor(pass: Pass, config: MonitorConfig, tools: MonitorTools): Promise<void> {
  const now = tools.clock.now();
  await measureAll(pass === 'light' ? lightParts(config, tools) : fullParts(config, tools), tools, now);
  if (pass === 'light') tools.publish({ database: undefined, gauges: { monitorPasses: 1 } }, now);
}

/** The urgent part alone, of one database, as soon as something happened. @throws Failure `store-failed` */
export async function monitorDatabase(
  database: string,
  config: MonitorConfig,
  tools: MonitorTools,
): Promise<void> {
  const parts = lightParts(config, tools).filter((part) => part.database === database);
  await measureAll(parts, tools, tools.clock.now());
}

function lightParts({ databases }: MonitorConfig, tools: MonitorTools): Part[] {
  return Object.entries(databases).map(([database, settings]) => ({
    database,
    subject: database,
    measure: (now) => lightPass(database, settings, tools, now),
  }));
}

function fullParts(config: MonitorConfig, tools: MonitorTools): Part[] {
  return [
    ...Object.entries(config.databases).map(([database, settings]) => ({
      database,
      subject: database,
      measure: (now: Date) => fullPass(database, settings, tools, now),
    })),
    { subject: 'guardrails', measure: () => guardrailPass(config, tools) },
    { subject: 'subscriptions', measure: () => subscriptionPass(config, tools) },
  ];
}

async function measureAll(parts: readonly Part[], tools: MonitorTools, now: Date): Promise<void> {
  const outcomes = await pLimit(PARTS_AT_A_TIME).map(parts, async ({ database, subject, measure }) => {
    try {
      tools.publish({ database, gauges: await measure(now) }, now);
      return [];
    } catch (error) {
      return [{ subject, error }];
    }
  });
  const failures = outcomes.flat();
  const [first] = failures;
  if (first === undefined) return;
  throw new Failure(
    'store-failed',
    `Could not look at ${failures.length} of ${parts.length}: ${failures
      .map(({ subject, error }) => `${subject}: ${messageOf(error)}`)
      .join(' · ')}`,
    { hint: 'What is missing shows as silence, which alarms.', cause: first.error },
  );
}
