/**
 * Compliance: the facts that an auditor asks for, of one period, from the real state. What could not be read says so and
 * counts as an exception; nothing is ever taken to conform. docs/compliance.md says what each fact is based on.
 */
import { z } from 'zod';
import { AUDITED_PROGRAMS } from './audit-event';
import { RETENTION_CLASSES } from './object-keys';

export const COMPLIANCE_VERSION = 1;

const instant = z.iso.datetime();
const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** Who says so. */
export const FACT_SOURCES = {
  aws: 'told by AWS when the report was made',
  manifests: 'signed manifests of backups',
  evidence: 'signed evidence of drills',
  audit: "programs' own words in the audit, which nobody signs",
  settings: 'your settings file',
  nobody: 'nothing that Backstop can see',
} as const;
export type FactSource = keyof typeof FACT_SOURCES;

/** `absent`: it was looked for and is not there. Only `seen` may conform. */
export const FACT_STATES = ['seen', 'absent', 'could not be read', 'not known'] as const;

const factSchema = z.strictObject({
  name: z.string(),
  state: z.enum(FACT_STATES),
  /** In words; of what could not be read, why. */
  text: z.string(),
  source: z.enum(Object.keys(FACT_SOURCES) as [FactSource, ...FactSource[]]),
});
export type Fact = z.infer<typeof factSchema>;

const keptClassSchema = z.strictObject({
  database: z.string(),
  class: z.enum(RETENTION_CLASSES),
  /** That have not expired. */
  points: count,
  /** Starts of the oldest and the newest of them. */
  oldest: instant,
  newest: instant,
  earliestRetainUntil: instant,
  latestRetainUntil: instant,
});
export type KeptClass = z.infer<typeof keptClassSchema>;

const lockCheckSchema = z.strictObject({
  points: count,
  objects: count,
  /** null for all; else of each point at most so many. */
  objectsOfEachPoint: count.nullable(),
  /** Points with an object whose lock ends before the point's retainUntil. */
  faults: z.array(
    z.strictObject({
      database: z.string(),
      point: z.string(),
      retainUntil: instant,
      /** Earliest end of a lock of its objects; null where one has none. */
      lockedUntil: instant.nullable(),
      objects: count,
    }),
  ),
});
export type LockCheck = z.infer<typeof lockCheckSchema>;

const backupsSchema = z.strictObject({
  database: z.string(),
  /** Signed manifests of the period. */
  points: count,
  /** By the audit; null where it could not be read. `noEnd`: still runs, was killed, or lost its store. */
  runs: z.strictObject({ succeeded: count, failed: count, noEnd: count }).nullable(),
  /** From a snapshot until the next point was there, or the period ended: the most that could have been lost. */
  longestGapHours: amount.nullable(),
  longestGapFrom: instant.nullable(),
  /** null where no settings are at hand. */
  rpoHours: amount.nullable(),
  slots: z.strictObject({ due: count, served: count }).nullable(),
});
export type BackupsInPeriod = z.infer<typeof backupsSchema>;

const drillsSchema = z.strictObject({
  database: z.string(),
  proven: count,
  failed: count,
  /** Evidence that is unsigned, not believed, or of another manifest. */
  noProof: count,
  newestProof: z.strictObject({ drill: z.string(), point: z.string(), at: instant }).nullable(),
  /** Of proven drills. */
  restoreSeconds: z.strictObject({ minimum: amount, median: amount, maximum: amount }).nullable(),
  rtoMinutes: amount.nullable(),
  /** The longest time within the period that went by without a proof. */
  longestWithoutProofHours: amount,
  /** null where no settings are at hand, or none are asked for. */
  provenWithinHours: amount.nullable(),
  /** Proven ones, newest first. */
  points: z.array(z.string()),
});
export type DrillsInPeriod = z.infer<typeof drillsSchema>;

export const TRACES = ['restore', 'override', 'break-glass', 'hold', 'deletion'] as const;
export type Trace = (typeof TRACES)[number];

const actionSchema = z.strictObject({
  /** Why it is listed; one action may leave several. */
  traces: z.array(z.enum(TRACES)).min(1),
  at: instant,
  program: z.enum(AUDITED_PROGRAMS),
  database: z.string(),
  id: z.string(),
  /** As whoever started it says. */
  who: z.string().nullable(),
  /** What AWS answered for the credentials, and the account on the machine. */
  identity: z.string().nullable(),
  osUser: z.string().nullable(),
  what: z.string().nullable(),
  reason: z.string().nullable(),
  overrides: z.array(z.string()),
  /** In words. */
  outcome: z.string(),
});
export type AuditedAction = z.infer<typeof actionSchema>;

export const EXCEPTION_KINDS = [
  'not read',
  'protection',
  'unlocked',
  'gap',
  'slots',
  'manifest',
  'backup',
  'drill',
  'proof',
  'restore time',
  'audit',
] as const;

const exceptionSchema = z.strictObject({
  kind: z.enum(EXCEPTION_KINDS),
  /** null for the whole store. */
  database: z.string().nullable(),
  text: z.string(),
});
export type ComplianceException = z.infer<typeof exceptionSchema>;

export const complianceSchema = z.strictObject({
  type: z.literal('backstop-compliance'),
  version: z.literal(COMPLIANCE_VERSION),
  store: z.string(),
  madeAt: instant,
  toolVersion: z.string(),
  period: z.strictObject({ since: instant, until: instant }),
  encryption: z.array(factSchema),
  retention: z.array(factSchema),
  /** Of the points that are kept when the report is made; null where manifests could not be read. */
  classes: z.array(keptClassSchema).nullable(),
  /** null where the store locks nothing, or locks could not be read. */
  locks: lockCheckSchema.nullable(),
  backups: z.array(backupsSchema).nullable(),
  /** null where evidence could not be read, or nobody was named whose evidence is believed. */
  drills: z.array(drillsSchema).nullable(),
  /** Newest first; null where the audit could not be read. */
  actions: z.array(actionSchema).nullable(),
  /** Empty: nothing is known that does not conform. */
  exceptions: z.array(exceptionSchema),
});
export type Compliance = z.infer<typeof complianceSchema>;
export interface Period {
  readonly since: Date;
  readonly until: Date;
}
