/** The recovery points of a store: a faulty one is shown, never hidden, never chosen. */
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import type { Store } from '../runtime/store';
import { manifestObjects, nameOf, type ManifestObject } from './manifest-objects';
import { believeManifest, readDocument, type Trust } from './read-manifest';

/** A manifest without its long parts: thousands of points must fit into memory. */
export interface PointSummary extends Omit<Manifest, 'catalog' | 'inventory' | 'files'> {
  readonly objects: number;
  readonly schemaObjects: number;
  /** Of what the dump holds; null where the backup took no inventory. */
  readonly inventoried: { readonly tables: number; readonly rows: number } | null;
}

interface PointBase {
  readonly database: string;
  readonly id: string;
  readonly key: string;
  /** A delete marker stands above the manifest. */
  readonly hidden: boolean;
}

/** @typeParam M how much of the manifest is kept */
export interface BelievedPoint<M = PointSummary> extends PointBase {
  /** `expired`: past the date until which its objects are promised. */
  readonly state: 'valid' | 'expired';
  /** Of the whole manifest object: what the next manifest of the database names. */
  readonly manifestSha256: string;
  readonly manifest: M;
}

export interface FaultyPoint extends PointBase {
  readonly state: 'faulty';
  /** undefined where it could not be read. */
  readonly manifestSha256: string | undefined;
  readonly fault: string;
  readonly hint: string | undefined;
}

export type RecoveryPoint<M = PointSummary> = BelievedPoint<M> | FaultyPoint;

const MANIFESTS_AT_A_TIME = 4;

/**
 * Newest first.
 * @param options.database @default - of all databases
 * @throws Failure `store-failed`, see readPoints
 */
export async function listRecoveryPoints(
  store: Store,
  trust: Trust,
  options: { readonly now: Date; readonly database?: string },
): Promise<RecoveryPoint[]> {
  return readPoints(store, trust, await manifestObjects(store, options.database), options.now);
}

/** In the order of the objects. @throws Failure `store-failed`: what cannot be fetched is not called faulty */
export async function readPoints(
  store: Store,
  trust: Trust,
  objects: readonly ManifestObject[],
  now: Date,
): Promise<RecoveryPoint[]> {
  return pLimit(MANIFESTS_AT_A_TIME).map(objects, async (object) => {
    const point = await readPoint(store, trust, object, now);
    return point.state === 'faulty' ? point : { ...point, manifest: summaryOf(point.manifest) };
  });
}

/** One point, or what is wrong with its manifest. @throws Failure `store-failed` */
export async function readPoint(
  store: Store,
  trust: Trust,
  object: ManifestObject,
  now: Date,
): Promise<RecoveryPoint<Manifest>> {
  const { key, database, hidden } = object;
  const base = { database, id: nameOf(object), key, hidden };
  let manifestSha256: string | undefined;
  try {
    if (object.id === undefined)
      throw new Failure('stored-data-faulty', `${key} is not the key of a manifest.`);
    const bytes = await readDocument(store, key);
    manifestSha256 = createHash('sha256').update(bytes).digest('hex');
    const manifest = believeManifest(bytes, trust, key);
    return { ...base, state: stateOf(manifest, now), manifestSha256, manifest };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'stored-data-faulty') throw error;
    return { ...base, state: 'faulty', manifestSha256, fault: error.message, hint: error.hint };
  }
}

/** Past `expiresAt` a point is expired, not faulty. */
export function stateOf(manifest: Pick<Manifest, 'expiresAt'>, now: Date): 'valid' | 'expired' {
  return new Date(manifest.expiresAt) <= now ? 'expired' : 'valid';
}

/** Machines' clocks differ a little; a point further ahead was made under a wrong one. */
const CLOCK_TOLERANCE_MS = 10 * 60_000;

export function isFromTheFuture(at: Date, now: Date): boolean {
  return at.getTime() > now.getTime() + CLOCK_TOLERANCE_MS;
}

/** A manifest without its long lists. */
export function summaryOf({ catalog, inventory, files, ...rest }: Manifest): PointSummary {
  // Only what the dump holds: an export leaves most tables out.
  const tables = inventory?.tables.filter((table) => table.dataExcluded !== true);
  const rows = tables?.reduce((sum, table) => sum + table.rows, 0);
  return {
    ...rest,
    objects: files.length,
    schemaObjects: catalog.length,
    inventoried: tables === undefined || rows === undefined ? null : { tables: tables.length, rows },
  };
}
