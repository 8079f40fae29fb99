/**
 * One pass over everything. Each part is published as soon as it is known, so that one database's trouble does not
 * silence the others. Of a part that could not be looked at nothing is published: any figure would be a claim, and its
 * alarms take silence for a breach. A pass with such a part fails and does not count as one that came to its end.
 */
import pLimit from 'p-limit';
import { Failure, messageOf } from '../../contract/failure';
import type { MonitorConfig, Pass } from '../../contract/monitor-config';
import { checkedPoint, storedGauges } from './check-newest';
import { drillPass } from './drill-pass';
import { guardrailPass, subscriptionPass } from './full-pass';
import { currentIndex, currentPoints } from './index-pass';
import { keptPass } from './kept-pass';
import { lightPass } from './light-pass';
import { sharedLooks } from './look';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { newestPoint } from './newest-point';
import { olderPoints } from './older-points';
import { pointGauges } from './point-gauges';

const PARTS_AT_A_TIME = 8;

interface Part {
  readonly database?: string;
  /** For messages. */
  readonly subject: string;
  readonly measure: () => Promise<Measured>;
}

/** @throws Failure `store-failed` that names the parts which could not be looked at, after the others are published */
export async function monitor(pass: Pass, config: MonitorConfig, tools: MonitorTools): Promise<void> {
  const now = tools.clock.now();
  const parts = pass === 'light' ? lightParts(config, tools, now) : fullParts(config, tools, now);
  await measureAll(parts, tools, now);
  if (pass === 'light') tools.publish({ database: undefined, gauges: { monitorPasses: 1 } }, now);
}

/** The urgent parts alone, of one database, as soon as something happened. @throws Failure `store-failed` */
export async function monitorDatabase(
  database: string,
  config: MonitorConfig,
  tools: MonitorTools,
): Promise<void> {
  const now = tools.clock.now();
  const parts = lightParts(config, tools, now).filter((part) => part.database === database);
  await measureAll(parts, tools, now);
}

function lightParts({ databases, defaultLockDays }: MonitorConfig, tools: MonitorTools, now: Date): Part[] {
  return Object.entries(databases).flatMap(([database, settings]) => {
    const { drills } = settings;
    const newest = once(async () => newestPoint(tools.store, await tools.trust(), database, now));
    const checked = once(async () => checkedPoint(await newest(), { ...tools, defaultLockDays }, now));
    const parts: Part[] = [
      {
        ...{ database, subject: database },
        measure: async () => lightPass(database, settings, await newest(), tools, now),
      },
      {
        ...{ database, subject: `${database}'s stored objects` },
        measure: async () => storedGauges(await checked(), tools),
      },
    ];
    if (drills === null) return parts;
    const measure = async () => drillPass(database, drills, await checked(), tools, now);
    return [...parts, { database, subject: `${database}'s drills`, measure }];
  });
}

/** What several parts need is found once; where it cannot be found, each of them fails. */
function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= find());
}

function fullParts(config: MonitorConfig, tools: MonitorTools, now: Date): Part[] {
  return [
    ...Object.entries(config.databases).flatMap(([database, settings]) => {
      const index = once(() => currentIndex(database, settings, tools, now));
      const points = once(async () => currentPoints(await index(), settings, tools, now));
      const lookAt = sharedLooks(tools, now);
      const checkTools = { ...tools, defaultLockDays: config.defaultLockDays };
      return [
        { database, subject: database, measure: async () => pointGauges(await points(), now) },
        {
          ...{ database, subject: `${database}'s locks and holds` },
          measure: async () => keptPass(database, await points(), lookAt, checkTools, now),
        },
        {
          ...{ database, subject: `${database}'s older points` },
          measure: async () => olderPoints(await index(), lookAt, checkTools, now),
        },
      ];
    }),
    { subject: 'guardrails', measure: () => guardrailPass(config, tools) },
    { subject: 'subscriptions', measure: () => subscriptionPass(config, tools) },
  ];
}

async function measureAll(parts: readonly Part[], tools: MonitorTools, now: Date): Promise<void> {
  const outcomes = await pLimit(PARTS_AT_A_TIME).map(parts, async ({ database, subject, measure }) => {
    try {
      tools.publish({ database, gauges: await measure() }, now);
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
