/** The history of holds, one object for each of a point's first time: see lib/contract/audit-event.ts. */
import { auditEventSchema, auditKey } from '../../contract/audit-event';
import type { RecoveryPointId } from '../../contract/recovery-point-id';
import { StoreKeyExists } from '../../runtime/store';
import type { KeeperTools } from './keeper-tools';

/**
 * Done again with each sweep: a run that broke off before it wrote is made good, and what is written stays.
 * @throws Failure `store-failed`: what leaves no trace must not go on
 */
export async function recordHold(
  event: 'held' | 'released',
  { database, point }: { readonly database: string; readonly point: RecoveryPointId },
  reason: string,
  { store, clock }: Pick<KeeperTools, 'store' | 'clock'>,
): Promise<void> {
  const run = { version: 1, program: 'keeper', database, id: point, who: 'keeper', reason } as const;
  const told = auditEventSchema.parse({ ...run, event, at: clock.now().toISOString() });
  try {
    await store.put(auditKey(told), Buffer.from(`${JSON.stringify(told)}\n`, 'utf8'));
  } catch (error) {
    if (!(error instanceof StoreKeyExists)) throw error;
  }
}
