/**
 * What a check of a recovery point's stored objects found. In the status bucket: a point is looked at once when it is new,
 * and later passes read what was found. A look that finds something else leaves a record of its own; the newest one tells.
 */
import { z } from 'zod';
import { DATABASE_NAME_RULE, isDatabaseName } from './object-keys';
import { isRecoveryPointId, recoveryPointId, type RecoveryPointId } from './recovery-point-id';

/** All findings are counted, so many are listed. */
export const LISTED_FINDINGS_MAX = 20;

const count = z.int().nonnegative();

export const checkRecordSchema = z.strictObject({
  version: z.literal(1),
  database: z.string().refine(isDatabaseName, DATABASE_NAME_RULE),
  id: z.string().refine(isRecoveryPointId, 'must look like 20261120T020000Z-0a1b2c'),
  /** Of the whole manifest object: a record tells nothing of another one in its place. */
  manifestSha256: z.string().regex(/^[0-9a-f]{64}$/),
  checkedAt: z.iso.datetime(),
  /** Whether every object is there, in one version and with its size: without that it cannot be restored. */
  whole: z.boolean(),
  faults: count,
  notes: count,
  /** Faults before notes. */
  findings: z
    .array(
      z.strictObject({
        severity: z.enum(['fault', 'note']),
        kind: z.string(),
        subject: z.string(),
        text: z.string(),
      }),
    )
    .max(LISTED_FINDINGS_MAX),
});
export type CheckRecord = z.infer<typeof checkRecordSchema>;

/** Below it lie the records of one recovery point. */
export function checkRecordPrefix(database: string, id: RecoveryPointId): string {
  return `checked/${database}/${id}/`;
}

/** For example `checked/shop/20261120T020000Z-0a1b2c/20261120T021500Z-1f40a2.json`: sorts by the time of the check. */
export function checkRecordKey({
  database,
  id,
  checkedAt,
  manifestSha256,
}: Pick<CheckRecord, 'database' | 'id' | 'checkedAt' | 'manifestSha256'>): string {
  const check = recoveryPointId(new Date(checkedAt), Buffer.from(manifestSha256, 'hex'));
  return `${checkRecordPrefix(database, id)}${check}.json`;
}
