/**
 * The history of restores. One that leaves no trace goes on all the same: in an emergency the store may take nothing, and a
 * restore must be possible from a copy that only can be read.
 */
import { messageOf } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import { recoveryPointId } from '../contract/recovery-point-id';
import { describeTarget } from '../postgres/connection';
import { AuditTrail } from './audit-trail';
import type { Trust } from './read-manifest';
import type { PlannedPlace } from './restore-place';
import type { RestorePlan } from './restore-plan';
import type { RestoreRequest, RestoreResult, RestoreTools } from './restore-request';
import { shortcomings } from './restore-verdict';

export function auditOf(
  { requestedBy: who, reason, maintenance, targetDatabase, place }: RestoreRequest,
  tools: RestoreTools,
  { database, id: point }: Manifest,
  startedAt: Date,
): AuditTrail {
  const id = recoveryPointId(startedAt, tools.randomBytes(2));
  const into = describeTarget({ ...maintenance, database: targetDatabase });
  const takes = place === undefined ? '' : `, to ${place.mode} ${place.name}`;
  const what = `${point} into ${into}${takes}`;
  return new AuditTrail(
    { program: 'restore', database, id, who, reason, slot: undefined, what, ...tools.caller },
    tools,
  );
}

export async function recordStart(
  trail: AuditTrail,
  {
    tools,
    warn,
  }: Pick<RestorePlan, 'warn'> & {
    readonly tools: Pick<RestoreTools, 'signal'> & { readonly trust?: Trust };
  },
  place?: PlannedPlace,
): Promise<void> {
  const overrides = [...unsigned(tools.trust), ...(place?.overridden ?? [])];
  if (place !== undefined) trail.tellWhat(`${trail.what}, kept as ${place.keptAs}`);
  if (overrides.length > 0) trail.tellOverrides(overrides);
  try {
    await trail.recordStart(tools.signal);
  } catch (error) {
    tools.signal.throwIfAborted();
    warn(`The audit lacks this restore: ${messageOf(error)}`);
  }
}

/** Differences and failed checks are known only now. */
export function tellOverridden(
  trail: AuditTrail,
  { trust }: Pick<RestoreTools, 'trust'>,
  place: PlannedPlace | undefined,
  result: RestoreResult,
): void {
  if (place === undefined || result.tookPlace === undefined) return;
  const overridden = [...unsigned(trust), ...place.overridden, ...shortcomings(result)];
  if (overridden.length > 0) trail.tellOverrides(overridden);
}

/** The switch is `--signer none`. */
function unsigned(trust: Trust | undefined): string[] {
  return trust?.allowUnsigned === true ? ['unsigned'] : [];
}
