/**
 * Deletes from a directory what lifecycle deletes from a bucket: points past their time, and dumps that never became one.
 * Manifests stay: they outlive their points, as in a bucket. To `check` and `list` such a point is expired, never faulty,
 * however much of it is gone; the chain of manifests has no gap, evidence still names what it proved, and a prune that
 * was killed half-way is completed by the next one.
 */
import { humanBytes } from '../contract/human';
import { INCOMPLETE_UPLOAD_DAYS } from '../contract/retention';
import { recoveryPointId } from '../contract/recovery-point-id';
import type { Caller } from '../runtime/caller';
import { DirectoryPruner } from '../runtime/directory-pruner';
import { AuditTrail } from './audit-trail';
import { manifestObjects } from './manifest-objects';
import { findOrphans, type Orphan } from './orphans';
import { pointsThere, proofsOf, type PruneSources } from './prune-points';
import { pruneVerdicts } from './prune-rule';

export interface PruneRequest {
  /** @default - all databases */
  readonly database?: string;
  readonly requestedBy: string;
  readonly reason: string;
}

export interface PruneTools extends PruneSources {
  readonly caller?: Caller;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly signal: AbortSignal;
}

/** One recovery point, or dump without a manifest. */
export interface PruneItem {
  readonly kind: 'point' | 'orphan';
  readonly database: string;
  readonly id: string;
  /** undefined where nothing says where it lies. */
  readonly prefix: string | undefined;
  readonly objects: number;
  readonly bytes: number;
  /** Why it goes, or stays. */
  readonly why: string;
}

export interface PrunePlan {
  /** Oldest first. */
  readonly goes: readonly PruneItem[];
  readonly stays: readonly PruneItem[];
}

const DAY_MS = 86_400_000;

/** Changes nothing. @throws Failure `usage` for a bucket, `store-failed` */
export async function planPrune(request: PruneRequest, tools: PruneTools): Promise<PrunePlan> {
  // Refuses a bucket.
  new DirectoryPruner(tools.store);
  const manifests = await manifestObjects(tools.store, request.database);
  const known = new Set(manifests.map(({ database, id }) => `${database}/${id ?? ''}`));
  const orphans = await findOrphans(tools.store, {
    hasManifest: (database, id) => known.has(`${database}/${id}`),
    now: tools.clock.now(),
    ...(request.database === undefined ? {} : { database: request.database }),
  });
  const names = new Set([...manifests, ...orphans].map(({ database }) => database));
  const plan: { goes: PruneItem[]; stays: PruneItem[] } = { goes: [], stays: [] };
  for (const database of [...names].sort()) {
    tools.signal.throwIfAborted();
    const own = orphans.filter((orphan) => orphan.database === database);
    for (const { goes, ...item } of await verdictsOf(database, own, tools))
      (goes ? plan.goes : plan.stays).push(item);
  }
  return plan;
}

type Judged = PruneItem & { readonly goes: boolean };

async function verdictsOf(
  database: string,
  orphans: readonly Orphan[],
  tools: PruneTools,
): Promise<Judged[]> {
  const points = await pointsThere(database, tools);
  const proofs = await proofsOf(database, points, tools);
  const now = tools.clock.now();
  const { drilled, proven } = proofs;
  const ofPoints = pruneVerdicts(points, { now, drilled, proven }).map(({ point, goes, why }): Judged => {
    const { id, prefix, objects, bytes } = point;
    return { kind: 'point', database, id, prefix, objects, bytes, goes, why };
  });
  const ofOrphans = orphans.map(({ id, prefix, objects, bytes, touchedAt }): Judged => {
    const [goes, why] = orphanVerdict({ id, touchedAt }, proofs.named, now);
    return { kind: 'orphan', database, id, prefix, objects, bytes, goes, why };
  });
  return [...ofPoints, ...ofOrphans].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** One that a drill named was a recovery point: somebody took its manifest away, and may bring it back. */
function orphanVerdict(
  { id, touchedAt }: Pick<Orphan, 'id' | 'touchedAt'>,
  named: ReadonlySet<string>,
  now: Date,
): readonly [boolean, string] {
  if (named.has(id)) return [false, 'its manifest is gone, but evidence of a drill names it'];
  const days = Math.floor((now.getTime() - touchedAt.getTime()) / DAY_MS);
  return days >= INCOMPLETE_UPLOAD_DAYS
    ? [true, `no manifest, untouched for ${days} days`]
    : [false, `no manifest, but not a week old: a backup may still run`];
}

/**
 * Deletes what a plan says, each database under an audit of its own.
 * @returns bytes that are free now
 * @throws Failure `store-failed`, `stopped`
 */
export async function prune(plan: PrunePlan, request: PruneRequest, tools: PruneTools): Promise<number> {
  let freed = 0;
  for (const [database, items] of Map.groupBy(plan.goes, (item) => item.database))
    freed += await pruneDatabase(database, items, request, tools);
  return freed;
}

async function pruneDatabase(
  database: string,
  items: readonly PruneItem[],
  { requestedBy: who, reason }: PruneRequest,
  tools: PruneTools,
): Promise<number> {
  const id = recoveryPointId(tools.clock.now(), tools.randomBytes(2));
  const what = items.map((item) => `${item.kind} ${item.id}`).join(', ');
  const run = {
    program: 'prune',
    database,
    id,
    who,
    reason,
    slot: undefined,
    what,
    ...tools.caller,
  } as const;
  const trail = new AuditTrail(run, tools);
  const pruner = new DirectoryPruner(tools.store);
  return trail.recordEndOf(async () => {
    await trail.recordStart(tools.signal);
    let freed = 0;
    for (const { kind, id: name, prefix, why } of items) {
      if (prefix === undefined) continue;
      const { objects, bytes } = await pruner.remove(prefix, tools.signal);
      tools.reporter.info(`Deleted ${kind} ${name} of ${database}: ${why}`, { objects, bytes });
      freed += bytes;
    }
    trail.tellWhat(`${what}: ${humanBytes(freed)}`);
    return freed;
  });
}
