/**
 * The status of everything that a full pass saw, written below status/ in the status bucket. One database after another: of
 * each only what the status says of it is kept. What could not be looked at is a problem of its own.
 */
import { FULL_PASS_MINUTES } from '../../contract/metrics';
import type { MonitorConfig, MonitoredDatabase } from '../../contract/monitor-config';
import type { DatabaseStatus, Status } from '../../contract/status';
import { STOPPED_PROGRAMS } from '../../contract/stopped-task';
import type { AuditEntry } from '../audit-log';
import { loadIndex } from '../point-index/saved-index';
import { storageOf } from '../point-index/storage';
import { describeDatabase, NOTHING_STORED } from '../status/describe-database';
import { listedEntries } from '../status/describe-history';
import { describeProtection } from '../status/describe-protection';
import { describeStatus } from '../status/describe-status';
import { addressTroubles, protectionTroubles } from '../status/installation-problems';
import { rememberedAudit, statusSince } from '../status/remembered-audit';
import { unseenTroubles, type Trouble } from '../status/trouble';
import { writeStatus } from '../status/write-status';
import { newestAlarmTest } from './alarm-test-seen';
import type { SeenInstallation } from './full-pass';
import type { MonitorTools } from './monitor-tools';
import { gaugesOf, type PartsSeen } from './parts';
import { stoppedTasksSince } from './read-run-history';

/** Two passes may be lost, and a third be late, before a status is called old. */
const NEXT_BY_MS = 2.5 * FULL_PASS_MINUTES * 60_000;

export interface PassSeen {
  /** What the parts of the pass measured. */
  readonly seen: PartsSeen;
  readonly installation: SeenInstallation;
  /** What a light pass would measure of a database. */
  readonly urgent: (database: string) => Promise<PartsSeen>;
}

/** @throws Failure `store-failed` where it cannot be written */
export async function statusPass(
  config: MonitorConfig,
  pass: PassSeen,
  tools: MonitorTools,
  now: Date,
): Promise<void> {
  const databases: DatabaseStatus[] = [];
  let audit: readonly AuditEntry[] = [];
  for (const [name, settings] of Object.entries(config.databases)) {
    const told = await databaseStatus(name, settings, config, pass, tools, now);
    databases.push(told.status);
    audit = listedEntries([...audit, ...told.audit]);
  }
  const ofInstallation = await installationStatus(pass, tools);
  const { installation, contacts, runbookUrl } = config;
  const status = describeStatus({
    ...{ installation, contacts, runbookUrl, store: tools.store.url, databases, audit, ...ofInstallation },
    ...{ madeAt: now, nextBy: new Date(now.getTime() + NEXT_BY_MS) },
  });
  await writeStatus(tools.documents, status);
}

async function databaseStatus(
  name: string,
  told: MonitoredDatabase,
  { runbookUrl }: MonitorConfig,
  { seen, urgent }: PassSeen,
  tools: MonitorTools,
  now: Date,
): Promise<{ readonly status: DatabaseStatus; readonly audit: readonly AuditEntry[] }> {
  const { documents, statusStore } = tools;
  const light = await urgent(name);
  const missed = [...seen.unseen.filter(({ database }) => database === name), ...light.unseen];
  const look = async <T>(what: string, find: () => Promise<T>): Promise<T | undefined> =>
    find().catch((error: unknown) => {
      missed.push({ alarm: 'BackupFailed', database: name, subject: `${name}'s ${what}`, error });
      return undefined;
    });
  const index = await look('index', () => loadIndex(documents, name));
  const audit = await look('audit', () => rememberedAudit(name, tools, now));
  const stopped = await look('stopped tasks', async () => {
    const since = statusSince(now);
    const found = STOPPED_PROGRAMS.map((program) =>
      stoppedTasksSince({ statusStore, program, database: name }, since),
    );
    return (await Promise.all(found)).flat();
  });
  const gauges = { ...gaugesOf(seen, name), ...gaugesOf(light, name) };
  const facts = {
    name,
    told,
    index,
    gauges,
    audit: audit ?? [],
    stoppedTasks: stopped ?? [],
    unseen: missed,
  };
  const storage = index === undefined ? NOTHING_STORED : storageOf(index, now);
  return { status: describeDatabase(facts, storage, { runbookUrl, now }), audit: audit ?? [] };
}

/** What could not be looked at is among the parts that were not seen. */
async function installationStatus(
  { seen, installation }: PassSeen,
  tools: MonitorTools,
): Promise<Pick<Status, 'protection' | 'alarmTest'> & { readonly troubles: readonly Trouble[] }> {
  const protection = await installation.protection().catch(() => undefined);
  const unconfirmed = await installation.unconfirmed().catch(() => undefined);
  const missed = seen.unseen.filter(({ database }) => database === undefined);
  const alarmTest = await newestAlarmTest(tools.statusStore).catch((error: unknown) => {
    missed.push({ alarm: 'SubscriptionUnconfirmed', subject: 'alarm tests', error });
    return null;
  });
  return {
    protection: protection === undefined ? null : describeProtection(protection.live, protection.differences),
    alarmTest,
    troubles: [
      ...unseenTroubles(missed),
      ...protectionTroubles(protection?.differences ?? []),
      ...addressTroubles(unconfirmed ?? []),
    ],
  };
}
