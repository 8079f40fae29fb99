/**
 * One pass over everything. Each part is published as soon as it is known, so that one database's trouble does not
 * silence the others. Of a part that could not be looked at nothing is published: any figure would be a claim, and its
 * alarms take silence for a breach. A pass with such a part fails and does not count as one that came to its end.
 */
import type { MonitorConfig, Pass } from '../../contract/monitor-config';
import { checkedPoint, storedGauges } from './check-newest';
import { drillPass } from './drill-pass';
import { guardrailPass, seeInstallation, subscriptionPass, type SeenInstallation } from './full-pass';
import { currentIndex, currentPoints } from './index-pass';
import { keptPass } from './kept-pass';
import { lightPass } from './light-pass';
import { sharedLooks } from './look';
import type { MonitorTools } from './monitor-tools';
import { newestPoint } from './newest-point';
import { olderPoints } from './older-points';
import { once } from './once';
import { demandAllSeen, measureParts, type Part, type PartsSeen } from './parts';
import { pointGauges } from './point-gauges';
import { sendDigest } from './send-digest';
import { statusPass } from './status-pass';
import { manifestReader, seenPoints, vanishedPass } from './vanished-pass';

/** @throws Failure `store-failed` that names the parts which could not be looked at, after the others are published */
export async function monitor(pass: Pass, config: MonitorConfig, tools: MonitorTools): Promise<void> {
  switch (pass) {
    case 'light':
      return monitorLight(config, tools);
    case 'full':
      return monitorFull(config, tools);
    case 'digest':
      return sendDigest(config, tools);
  }
}

async function monitorLight(config: MonitorConfig, tools: MonitorTools): Promise<void> {
  const now = tools.clock.now();
  await measureAll(lightParts(config, tools, now), tools, now);
  tools.publish({ database: undefined, gauges: { monitorPasses: 1 } }, now);
}

/** In the end everything that was seen is told: a status that cannot be written is a part like the others. */
async function monitorFull(config: MonitorConfig, tools: MonitorTools): Promise<void> {
  const now = tools.clock.now();
  const installation = seeInstallation(config, tools);
  const parts = fullParts(config, installation, tools, now);
  const seen = await publishedParts(parts, tools, now);
  const urgent = (database: string) => measureParts(urgentParts(database, config, tools, now));
  const failed = await statusPass(config, { seen, installation, urgent }, tools, now).then(
    () => [],
    (error: unknown) => [{ subject: 'the status', error }],
  );
  demandAllSeen([...seen.unseen, ...failed], parts.length + 1);
}

/** The urgent parts alone, of one database, as soon as something happened. @throws Failure `store-failed` */
export async function monitorDatabase(
  database: string,
  config: MonitorConfig,
  tools: MonitorTools,
): Promise<void> {
  const now = tools.clock.now();
  await measureAll(urgentParts(database, config, tools, now), tools, now);
}

function urgentParts(database: string, config: MonitorConfig, tools: MonitorTools, now: Date): Part[] {
  return lightParts(config, tools, now).filter((part) => part.database === database);
}

function lightParts({ databases, defaultLockDays }: MonitorConfig, tools: MonitorTools, now: Date): Part[] {
  return Object.entries(databases).flatMap(([database, settings]) => {
    const { drills } = settings;
    const newest = once(async () => newestPoint(tools.store, await tools.trust(), database, now));
    const checked = once(async () => checkedPoint(await newest(), { ...tools, defaultLockDays }, now));
    const parts: Part[] = [
      {
        ...{ database, subject: database, alarm: 'BackupMissing' },
        measure: async () => lightPass(database, settings, await newest(), tools, now),
      },
      {
        ...{ database, subject: `${database}'s stored objects`, alarm: 'StoredDataFaulty' },
        measure: async () => storedGauges(await checked(), tools),
      },
    ];
    if (drills === null) return parts;
    const measure = async () => drillPass(database, drills, await checked(), tools, now);
    return [...parts, { database, subject: `${database}'s drills`, alarm: 'DrillMissing', measure }];
  });
}

function fullParts(
  config: MonitorConfig,
  installation: SeenInstallation,
  tools: MonitorTools,
  now: Date,
): Part[] {
  const rows = { read: manifestReader(tools, now), reporter: tools.reporter };
  return [
    ...Object.entries(config.databases).flatMap(([database, settings]): Part[] => {
      const index = once(() => currentIndex(database, settings, tools, now));
      const points = once(async () => currentPoints(await index(), settings, tools, now));
      const lookAt = sharedLooks(tools, now);
      const checkTools = { ...tools, defaultLockDays: config.defaultLockDays };
      return [
        {
          ...{ database, subject: database, alarm: 'BackupShrunken' },
          measure: async () => pointGauges(await points(), now),
        },
        {
          ...{ database, subject: `${database}'s rows`, alarm: 'RowsVanished' },
          measure: async () =>
            vanishedPass(database, seenPoints(await points()), settings.vanishing, rows, now),
        },
        {
          ...{ database, subject: `${database}'s locks and holds`, alarm: 'HoldStale' },
          measure: async () => keptPass(database, await points(), lookAt, checkTools, now),
        },
        {
          ...{ database, subject: `${database}'s older points`, alarm: 'StoredDataFaulty' },
          measure: async () => olderPoints(await index(), lookAt, checkTools, now),
        },
      ];
    }),
    {
      ...{ subject: 'guardrails', alarm: 'GuardrailChanged' },
      measure: () => guardrailPass(installation, tools),
    },
    {
      ...{ subject: 'subscriptions', alarm: 'SubscriptionUnconfirmed' },
      measure: () => subscriptionPass(installation, tools),
    },
  ];
}

async function measureAll(parts: readonly Part[], tools: MonitorTools, now: Date): Promise<void> {
  const { unseen } = await publishedParts(parts, tools, now);
  demandAllSeen(unseen, parts.length);
}

async function publishedParts(parts: readonly Part[], tools: MonitorTools, now: Date): Promise<PartsSeen> {
  return measureParts(parts, (measurement) => {
    tools.publish(measurement, now);
  });
}
