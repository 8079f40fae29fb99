/** Compares the rows of the newest recovery point with those before it: losses are told while good copies are there. */
import type { Manifest } from '../../contract/manifest';
import type { VanishingRules } from '../../contract/monitor-config';
import type { Reporter } from '../../runtime/reporter';
import type { KnownPoint } from '../point-index/known-points';
import { isFromTheFuture, readPoint } from '../recovery-points';
import { heldTables, type HeldTables } from './held-tables';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { vanishedSince, type HeldPoint } from './vanished-rows';

const DAY_MS = 86_400_000;
const TOLD_AT_MOST = 10;

/** What of a point decides whether it is compared. */
export interface SeenPoint {
  readonly id: string;
  readonly snapshotAt: string;
  /** An expired one still tells what it held. */
  readonly state: 'valid' | 'expired';
  /** Whether it has an inventory: of one without nothing is claimed. */
  readonly counted: boolean;
}

export interface VanishedTools<P> {
  /** @returns undefined where the manifest cannot be believed: another alarm tells of it */
  readonly read: (point: P) => Promise<Pick<Manifest, 'inventory' | 'catalog'> | undefined>;
  readonly reporter: Pick<Reporter, 'warn'>;
}

/**
 * At most three whole manifests, one after the other: they may be large.
 * @param points of one database, newest first
 * @throws Failure `store-failed`
 */
export async function vanishedPass<P extends SeenPoint>(
  database: string,
  points: readonly P[],
  rules: VanishingRules,
  { read, reporter }: VanishedTools<P>,
  now: Date,
): Promise<Measured> {
  const [newest, ...before] = comparedPoints(points, now);
  const held = newest && before.length > 0 ? await heldBy(newest, read) : undefined;
  const references: HeldPoint[] = [];
  for (const point of held === undefined ? [] : before) {
    const tables = await heldBy(point, read);
    if (tables !== undefined) references.push({ id: point.id, tables });
  }
  const lost = held === undefined ? [] : vanishedSince(held, references, rules);
  for (const { table, had, has, since } of lost.slice(0, TOLD_AT_MOST))
    reporter.warn(`${database}: table ${table} has ${has} rows, had ${had} in ${since}`, { database });
  return { vanishedTables: lost.length };
}

async function heldBy<P>(point: P, read: VanishedTools<P>['read']): Promise<HeldTables | undefined> {
  const manifest = await read(point);
  return manifest && heldTables(manifest);
}

/**
 * The newest valid point, the one before it, and the newest that is a day older: what drains slowly shows against that
 * one, and what vanished at once shows for a day.
 */
export function comparedPoints<P extends SeenPoint>(points: readonly P[], now: Date): P[] {
  const counted = points.filter(
    ({ counted: isCounted, snapshotAt }) => isCounted && !isFromTheFuture(new Date(snapshotAt), now),
  );
  const newest = counted.find(({ state }) => state === 'valid');
  if (newest === undefined) return [];
  const at = Date.parse(newest.snapshotAt);
  const before = (ms: number) => counted.find(({ snapshotAt }) => Date.parse(snapshotAt) <= at - ms);
  return [...new Set([newest, before(1), before(DAY_MS)])].filter((point) => point !== undefined);
}

export type SeenRecoveryPoint = SeenPoint & { readonly point: KnownPoint };

/** In the order given. */
export function seenPoints(points: readonly KnownPoint[]): SeenRecoveryPoint[] {
  return points.flatMap((point) => {
    if (point.state === 'faulty') return [];
    const { snapshotAt, rows } = point.manifest;
    return [{ id: point.id, snapshotAt, state: point.state, counted: rows !== null, point }];
  });
}

/** Whole manifests of points that were seen. */
export function manifestReader(tools: Pick<MonitorTools, 'store' | 'trust'>, now: Date) {
  return async ({ point: { key, database, id, hidden } }: SeenRecoveryPoint) => {
    const point = await readPoint(tools.store, await tools.trust(), { key, database, id, hidden }, now);
    return point.state === 'faulty' ? undefined : point.manifest;
  };
}
