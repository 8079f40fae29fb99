/** What protects the bucket, from its live guardrails. Pure. */
import { z } from 'zod';
import type { Guardrails } from '../../contract/guardrails';
import type { Status } from '../../contract/status';

const YEAR_DAYS = 365;

/** As lib/runtime/live-guardrails.ts names and writes them. */
const lockSchema = z.looseObject({
  mode: z.string(),
  days: z.int().nonnegative().optional(),
  years: z.int().nonnegative().optional(),
});
const encryptionSchema = z.looseObject({ algorithm: z.string(), key: z.string().optional() });

/** @param differences against what was deployed, each in words */
export function describeProtection(
  live: Guardrails,
  differences: readonly string[],
): NonNullable<Status['protection']> {
  const lock = lockSchema.safeParse(live['default lock']).data;
  const encryption = encryptionSchema.safeParse(live['encryption']).data;
  return {
    lock: lock === undefined ? null : { mode: lock.mode, days: lock.days ?? (lock.years ?? 0) * YEAR_DAYS },
    encryption:
      encryption === undefined ? null : [encryption.algorithm, encryption.key].filter(Boolean).join(' '),
    versioned: live['versioning'] === 'Enabled',
    differences: [...differences],
  };
}
