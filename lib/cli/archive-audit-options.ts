/** Where the restore of an archive is told to the audit: in the store, if one is named, under the name of a database. */
import { randomBytes } from 'node:crypto';
import { DATABASE_NAME_RULE, isDatabaseName } from '../contract/object-keys';
import { Failure } from '../contract/failure';
import type { ArchiveAudit } from '../operations/archive/archive-audit';
import { callerOf } from '../runtime/caller';
import type { Reporter } from '../runtime/reporter';
import type { CommandIo } from './command-io';
import * as shared from './options';

export interface ArchiveAuditOptions extends shared.StoreOptions {
  readonly database?: string;
  readonly reason: string;
  readonly requestedBy: string;
}

/** @throws Failure `usage` */
export async function archiveAuditIn(
  options: ArchiveAuditOptions,
  io: CommandIo,
  reporter: Reporter,
): Promise<ArchiveAudit | undefined> {
  const { database, reason, requestedBy: who } = options;
  if (!options.store || database === undefined) {
    const missing = options.store
      ? 'no database is named (--database)'
      : 'no store is named (--store, --database)';
    reporter.info(`The audit does not tell of this restore: ${missing}.`);
    return undefined;
  }
  if (!isDatabaseName(database)) {
    throw new Failure('usage', `--database is ${database}; allowed: ${DATABASE_NAME_RULE}.`, {
      hint: 'Give its name in the store.',
    });
  }
  const store = shared.openStoreOf(options);
  const caller = await callerOf(store.url, io.environment);
  return { store, database, who, reason, caller, randomBytes };
}
