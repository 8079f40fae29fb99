/** The history of an archive's restore, where a store is named: an archive has no place in it otherwise. */
import { recoveryPointId } from '../../contract/recovery-point-id';
import { describeTarget } from '../../postgres/connection';
import type { Caller } from '../../runtime/caller';
import type { Store } from '../../runtime/store';
import { AuditTrail } from '../audit-trail';
import { nameOf, type RestoreArchiveRequest, type RestoreArchiveTools } from './archive-request';

/** Where it is told, and by whom. */
export interface ArchiveAudit {
  readonly store: Store;
  /** Its name in the store. */
  readonly database: string;
  readonly who: string;
  readonly reason: string;
  readonly caller: Caller;
  readonly randomBytes: (count: number) => Uint8Array;
}

export function archiveAuditOf(
  { archive, maintenance, targetDatabase, allow }: RestoreArchiveRequest,
  { clock, reporter }: RestoreArchiveTools,
  { store, database, who, reason, caller, randomBytes }: ArchiveAudit,
): AuditTrail {
  const id = recoveryPointId(clock.now(), randomBytes(2));
  const what = `archive ${nameOf(archive)} into ${describeTarget({ ...maintenance, database: targetDatabase })}`;
  const overrides = allow.length === 0 ? {} : { overrides: [...allow] };
  return new AuditTrail(
    { program: 'restore', database, id, who, reason, slot: undefined, what, ...overrides, ...caller },
    { store, clock, reporter },
  );
}
