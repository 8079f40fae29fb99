/** The status of a store as it is now, without a monitor: of a folder, or of a bucket that somebody looks into. */
import type { DatabaseStatus, Status } from '../../contract/status';
import type { Store } from '../../runtime/store';
import type { AuditEntry } from '../audit-log';
import { storageOf } from '../point-index/storage';
import { updatedIndex } from '../point-index/update-index';
import { readAudit } from '../read-audit';
import type { Trust } from '../read-manifest';
import type { ToldDatabase } from './database-facts';
import { describeDatabase } from './describe-database';
import { listedEntries } from './describe-history';
import { describeStatus } from './describe-status';
import { liveGauges } from './live-gauges';
import { withLooks } from './live-looks';
import { statusSince } from './remembered-audit';
import { storeDatabases } from './store-databases';

export interface LiveStatusTools {
  readonly store: Store;
  readonly trust: Trust;
  readonly evidenceTrust: Trust;
}

/** What settings say; without them nothing was promised. */
export interface ToldInstallation extends Pick<Status, 'installation' | 'contacts'> {
  readonly databases: Readonly<Record<string, ToldDatabase>>;
  readonly runbookUrl: string | null;
}

export const NOTHING_TOLD: ToldInstallation = {
  ...{ installation: null, contacts: [], databases: {}, runbookUrl: null },
};

/** @param database only this one. @default - all that the store or the settings know @throws Failure `store-failed` */
export async function liveStatus(
  tools: LiveStatusTools,
  told: ToldInstallation,
  now: Date,
  database?: string,
): Promise<Status> {
  const known = [...new Set([...Object.keys(told.databases), ...(await storeDatabases(tools.store))])];
  const databases: DatabaseStatus[] = [];
  let audit: readonly AuditEntry[] = [];
  for (const name of database === undefined ? known.sort() : [database]) {
    const own = await readAudit(tools.store, { since: statusSince(now), database: name });
    databases.push(await liveDatabase(name, own.entries, tools, told, now));
    audit = listedEntries([...audit, ...own.entries]);
  }
  const { installation, contacts, runbookUrl } = told;
  return describeStatus({
    ...{ installation, contacts, runbookUrl, store: tools.store.url, databases, audit, troubles: [] },
    ...{ protection: null, alarmTest: null, madeAt: now, nextBy: null },
  });
}

async function liveDatabase(
  name: string,
  audit: readonly AuditEntry[],
  tools: LiveStatusTools,
  { databases, runbookUrl }: ToldInstallation,
  now: Date,
): Promise<DatabaseStatus> {
  const told = databases[name];
  const index = await withLooks(await updatedIndex(name, tools, undefined, now), tools, now);
  const gauges = await liveGauges(index, tools, told, now);
  const facts = { name, told, index, gauges, audit, stoppedTasks: [], unseen: [] };
  return describeDatabase(facts, storageOf(index, now), { runbookUrl, now });
}
