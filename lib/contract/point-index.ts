/**
 * What the monitor remembers of a database's recovery points and drills, so that its work grows with what is new. It lies in
 * the status bucket, proves nothing, and is made again from the store wherever it is lost, cannot be read, or was made under
 * other keys.
 */
import { z } from 'zod';
import { DRILL_PHASES } from './evidence';
import { ARCHIVE_FORMATS } from './manifest';
import { RETENTION_CLASSES } from './object-keys';

/** Another version is made anew. */
export const POINT_INDEX_VERSION = 1;
/** Of each point so many tables are remembered by name, the largest. */
export const REMEMBERED_TABLES_MAX = 5;

const instant = z.iso.datetime();
const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Of a manifest that is believed. */
const pointFactsSchema = z.strictObject({
  startedAt: instant,
  finishedAt: instant,
  snapshotAt: instant,
  class: z.enum(RETENTION_CLASSES),
  retainUntil: instant,
  expiresAt: instant,
  format: z.enum(ARCHIVE_FORMATS),
  compression: z.string(),
  excludedTableData: z.array(z.string()),
  databaseBytes: count,
  storedBytes: count,
  objects: count,
  /** null where they were not counted. */
  rows: count.nullable(),
  largestTables: z.array(z.strictObject({ name: z.string(), rows: count, bytes: count })),
  warnings: count,
  previousManifestSha256: sha256.nullable(),
});
export type PointFacts = z.infer<typeof pointFactsSchema>;

const indexedPointSchema = z.strictObject({
  /** Of the manifest object; its last part is the point's id, or what stands in its place. */
  key: z.string(),
  /** The store's name for the very version that was read: another one is read anew. */
  version: z.string(),
  /** A delete marker stands above the manifest. */
  hidden: z.boolean(),
  manifestSha256: sha256.nullable(),
  /** null where the manifest cannot be believed: then `fault` says why. */
  facts: pointFactsSchema.nullable(),
  fault: z.string().nullable(),
  /** The newest look at its stored objects; null where nobody has looked yet. */
  check: z
    .strictObject({
      at: instant,
      /** Nothing that a restore needs is missing or changed. */
      whole: z.boolean(),
      faults: count,
      /** The first fault in words. */
      text: z.string().nullable(),
      /** Of all versions below the point's prefix. */
      bytes: count,
      storageClass: z.string(),
    })
    .nullable(),
  /** Whether its manifest was on legal hold when that was last looked at. */
  held: z.boolean(),
});
export type IndexedPoint = z.infer<typeof indexedPointSchema>;

const indexedDrillSchema = z.strictObject({
  /** Of the evidence object. */
  key: z.string(),
  version: z.string(),
  /** Of the drill, and of the point. */
  id: z.string(),
  point: z.string(),
  /** null where the evidence is not believed: then `fault` says why, and nothing is proven. */
  facts: z
    .strictObject({
      manifestSha256: sha256,
      snapshotAt: instant,
      startedAt: instant,
      finishedAt: instant,
      outcome: z.enum(['proven', 'failed']),
      failure: z.string().nullable(),
      restoreSeconds: z.number().nonnegative(),
      phaseSeconds: z.record(z.enum(DRILL_PHASES), z.number().nonnegative()),
      differences: count,
      checksPassed: count,
      checksFailed: count,
    })
    .nullable(),
  fault: z.string().nullable(),
});
export type IndexedDrill = z.infer<typeof indexedDrillSchema>;

export const pointIndexSchema = z.strictObject({
  version: z.literal(POINT_INDEX_VERSION),
  database: z.string(),
  /** By another one, what could not be believed is read anew: it may know more. */
  toolVersion: z.string(),
  /** SHA-256 over the public keys that were believed: with others everything is read anew. */
  trustSha256: sha256,
  /** The same of evidence; null where it was not said whose is believed. */
  evidenceTrustSha256: sha256.nullable(),
  madeAt: instant,
  /** Newest first: see lib/operations/point-index/forget-points.ts for which. */
  points: z.array(indexedPointSchema),
  /** Of points that matter no more, so that they are not read again: name, version, SHA-256 of the manifest; newest first. */
  forgotten: z.array(z.tuple([z.string(), z.string(), sha256])),
  /** By point, then drill, newest first. */
  drills: z.array(indexedDrillSchema),
  /** Dumps without a manifest that no backup is still working on, as they were when they were last looked for. */
  orphans: z.strictObject({ at: instant, count, bytes: count }).nullable(),
});
export type PointIndex = z.infer<typeof pointIndexSchema>;

/** In the status bucket: below no prefix of pages, so that a page's reader needs not read it. */
export function pointIndexKey(database: string): string {
  return `index/postgres/${database}.json.gz`;
}
