/** Looks at the recovery points of one database in a directory store: what is there of each, and which one is proven. */
import { drillOfKey, evidencePrefix } from '../contract/evidence';
import type { Manifest } from '../contract/manifest';
import { pointPrefix } from '../contract/object-keys';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { Store } from '../runtime/store';
import { isOfTheFuture } from './keeper/expiry-rule';
import { manifestObjects } from './manifest-objects';
import type { PrunePoint } from './prune-rule';
import { proofsNewestFirst } from './read-evidence';
import type { Trust } from './read-manifest';
import { readPoint } from './recovery-points';

export interface PruneSources {
  readonly store: Store;
  readonly trust: Trust;
  readonly evidenceTrust: Trust;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

export interface FoundPoint extends PrunePoint {
  /** undefined of a faulty one: nothing says where its objects lie. */
  readonly prefix: string | undefined;
  readonly manifestSha256: string | undefined;
  /** What is there below its prefix. */
  readonly objects: number;
  readonly bytes: number;
}

/** Those that have an object left, and faulty ones: of an expired point all may be gone. @throws Failure `store-failed` */
export async function pointsThere(database: string, sources: PruneSources): Promise<FoundPoint[]> {
  const { store, trust, clock } = sources;
  const points: FoundPoint[] = [];
  for (const object of await manifestObjects(store, database)) {
    const point = await readPoint(store, trust, object, clock.now());
    const { id, manifestSha256 } = point;
    if (point.state === 'faulty') {
      const nothing = { expiresAt: null, prefix: undefined, objects: 0, bytes: 0 };
      points.push({ id, state: 'faulty', manifestSha256, ...nothing });
      continue;
    }
    const stored = await whatIsStored(store, point.manifest);
    const { expiresAt } = point.manifest;
    if (stored.objects > 0 || point.state === 'valid')
      points.push({ id, manifestSha256, expiresAt, ...stored });
  }
  return points;
}

async function whatIsStored(store: Store, manifest: Manifest) {
  const prefix = pointPrefix(manifest.class, manifest.database, manifest.id);
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(prefix)) sizes.set(key, bytes);
  const isWhole = manifest.files.every(({ key, bytes }) => sizes.get(key) === bytes);
  const bytes = [...sizes.values()].reduce((sum, each) => sum + each, 0);
  return { prefix, state: isWhole ? 'whole' : 'damaged', objects: sizes.size, bytes } as const;
}

export interface Proofs {
  /** Any evidence at all, believed or not: then drills run, and something newer is going to be proven. */
  readonly drilled: boolean;
  readonly proven: string | undefined;
  /** Ids that evidence names, believed or not. */
  readonly named: ReadonlySet<string>;
}

/** Proven is a whole point of which believed evidence names the very manifest that is there. @throws Failure `store-failed` */
export async function proofsOf(
  database: string,
  points: readonly FoundPoint[],
  { store, evidenceTrust, clock, reporter }: PruneSources,
): Promise<Proofs> {
  const named = new Set<string>();
  for await (const { key } of store.list(evidencePrefix(database))) {
    const drill = drillOfKey(key);
    if (drill !== undefined) named.add(drill.point);
  }
  const onRefused = ({ message }: Error) => {
    reporter.warn(`Evidence that proves nothing: ${message}`);
  };
  for await (const evidence of proofsNewestFirst(store, evidenceTrust, database, { onRefused })) {
    if (isOfTheFuture(evidence.point, clock.now())) continue;
    const point = points.find(({ id }) => id === evidence.point);
    if (point?.state === 'whole' && point.manifestSha256 === evidence.manifestSha256)
      return { drilled: true, proven: evidence.point, named };
  }
  return { drilled: named.size > 0, proven: undefined, named };
}
