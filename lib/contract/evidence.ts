/**
 * Evidence: the signed result of one drill. Its key is not the one of manifests, so a backup role cannot forge proof. A
 * point counts as proven only by evidence that names the very manifest which is there. See docs/backup-format.md.
 */
import { z } from 'zod';
import { DIFFERENCE_CLASSES } from './inventory';
import { DATABASE_NAME_RULE, isDatabaseName, PREFIXES } from './object-keys';
import { isRecoveryPointId, type RecoveryPointId } from './recovery-point-id';

export const EVIDENCE_VERSION = 1;

/** A document stays small however wrong a restore went: all are counted, so many are listed. */
export const LISTED_DIFFERENCES_MAX = 100;

const instant = z.iso.datetime();
const id = z.string().refine(isRecoveryPointId, 'must look like 20261120T020000Z-0a1b2c');
const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();

/** In order. `restore` of what is measured lies between: fetch to settings. */
export const DRILL_PHASES = [
  'start',
  'fetch',
  'create',
  'load',
  'analyze',
  'compare',
  'settings',
  'checks',
] as const;
export type DrillPhase = (typeof DRILL_PHASES)[number];

export const evidenceSchema = z.strictObject({
  type: z.literal('drill-evidence'),
  version: z.literal(EVIDENCE_VERSION),
  /** Of the drill: like a recovery point's, from its own start. */
  id,
  database: z.string().refine(isDatabaseName, DATABASE_NAME_RULE),
  /** Which recovery point was restored. */
  point: id,
  /** SHA-256 of the whole manifest object: proof of this one, and of no other in its place. */
  manifestSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the point: how old the data is that is proven. */
  snapshotAt: instant,
  storedBytes: count,
  databaseBytes: count,
  startedAt: instant,
  finishedAt: instant,
  requestedBy: z.string(),
  reason: z.string(),
  /** `proven`: restored, found equal, and every check passed. */
  outcome: z.enum(['proven', 'failed']),
  /** 0 exactly where it is proven; docs/restore.md lists the others. */
  exitCode: z.int().nonnegative(),
  /** What went wrong, without secrets; null where nothing did. */
  failure: z.string().nullable(),
  /** `throw-away`: made for the drill. `server`: one that the settings name, for example of production's class. */
  target: z.enum(['throw-away', 'server']),
  /** Of the server that was restored into; null where none was reached. */
  serverVersion: z.string().nullable(),
  /** Phases that did not happen have 0. */
  phaseSeconds: z.record(z.enum(DRILL_PHASES), seconds),
  /** From the first byte fetched until the database can be used: fetch, create, load, analyze and settings. */
  restoreSeconds: seconds,
  /** How much was compared; null where it did not come to that. */
  compared: z
    .strictObject({
      tables: count,
      rows: count,
      catalogEntries: count,
      sequences: count,
      content: z.enum(['hash', 'copy', 'none']),
    })
    .nullable(),
  differenceCount: count,
  /** The first hundred, those that fail the drill before the others. */
  differences: z
    .array(z.strictObject({ class: z.enum(DIFFERENCE_CLASSES), subject: z.string(), text: z.string() }))
    .max(LISTED_DIFFERENCES_MAX),
  /** Queries and commands of the settings, in their order. */
  checks: z.array(
    z.strictObject({
      name: z.string(),
      passed: z.boolean(),
      /** For example `is 1204, at least 1000`, or the last line of a command. */
      text: z.string(),
      seconds,
    }),
  ),
  warnings: z.array(z.string()),
  imageDigest: z.string().nullable(),
  toolVersion: z.string(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** Below it lies the evidence of a database; the next part of a key is the id of the point. */
export function evidencePrefix(database: string): string {
  return `${PREFIXES.evidence}postgres/${database}/`;
}

/** For example `evidence/postgres/shop/<point>/<drill>.json`: sorts by the point's start, then by the drill's. */
export function evidenceKey({
  database,
  point,
  id: drill,
}: Pick<Evidence, 'database' | 'point' | 'id'>): string {
  return `${evidencePrefix(database)}${point}/${drill}.json`;
}

/** What a key tells of it, or undefined where it is none of evidence. */
export function drillOfKey(
  key: string,
): { readonly database: string; readonly point: RecoveryPointId; readonly id: RecoveryPointId } | undefined {
  const [, database = '', point = '', drill = ''] =
    /^evidence\/postgres\/([^/]+)\/([^/]+)\/([^/]+)\.json$/.exec(key) ?? [];
  if (!isDatabaseName(database) || !isRecoveryPointId(point) || !isRecoveryPointId(drill)) return undefined;
  return { database, point, id: drill };
}
