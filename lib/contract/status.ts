/**
 * The status: what status.json holds and every page is made from. Its fields are promises to whoever reads the file: never
 * change the meaning of one, raise the version instead. docs/status.md describes each.
 */
import { z } from 'zod';
import { ALARM_SEVERITIES, ALARMS, type AlarmName } from './alarms';
import { AUDITED_PROGRAMS } from './audit-event';
import { RETENTION_CLASSES } from './object-keys';

export const STATUS_VERSION = 1;

/** Charts, drills and history look back so far; points that are still kept are told whatever their age. */
export const STATUS_DAYS = 30;
/** Of each database so many points are listed, the newest first: a page stays readable. */
export const LISTED_POINTS_MAX = 500;
/** The newest entries of the history. */
export const LISTED_AUDIT_MAX = 100;

const instant = z.iso.datetime();
const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const problemSchema = z.strictObject({
  /** Also the heading in the runbook; null where no alarm tells of it. */
  alarm: z.enum(Object.keys(ALARMS) as [AlarmName, ...AlarmName[]]).nullable(),
  severity: z.enum(ALARM_SEVERITIES),
  /** null for a problem of the installation. */
  database: z.string().nullable(),
  /** One plain sentence with its figures, for example `The newest recovery point is 49 h old; at most 25 h are accepted.` */
  text: z.string(),
  /** Where to read what to do. */
  runbook: z.string().nullable(),
});
export type StatusProblem = z.infer<typeof problemSchema>;

const pointSchema = z.strictObject({
  id: z.string(),
  startedAt: instant,
  /** `faulty`: its manifest cannot be believed; then what only a manifest tells is null. */
  state: z.enum(['valid', 'expired', 'faulty']),
  /** A drill restored this very one and found it equal. */
  proven: z.boolean(),
  /** On legal hold: it stays whatever its time. */
  held: z.boolean(),
  /** A check found that it cannot be restored whole, or its manifest cannot be believed: why. */
  fault: z.string().nullable(),
  class: z.enum(RETENTION_CLASSES).nullable(),
  snapshotAt: instant.nullable(),
  expiresAt: instant.nullable(),
  storedBytes: count.nullable(),
  databaseBytes: count.nullable(),
  /** Of all tables together; null where they were not counted. */
  rows: count.nullable(),
  backupSeconds: amount.nullable(),
});
export type StatusPoint = z.infer<typeof pointSchema>;

const drillSchema = z.strictObject({
  id: z.string(),
  point: z.string(),
  startedAt: instant,
  /** Only `proven` is proof: see docs/audit.md. */
  standing: z.enum(['proven', 'failed', 'unsigned', 'not believed', 'other manifest']),
  /** From the first byte fetched until the database can be used; null where the evidence is not believed. */
  restoreSeconds: amount.nullable(),
  /** How old the data was when the drill began. */
  pointAgeSeconds: amount.nullable(),
  failure: z.string().nullable(),
  differences: count,
  checksPassed: count,
  checksFailed: count,
});
export type StatusDrill = z.infer<typeof drillSchema>;

const storageSchema = z.strictObject({
  /** That have not expired. */
  points: count,
  bytes: amount,
  /** At list prices: see docs/cost.md. */
  usdMonth: amount,
  /** In 90 days, if they go on growing as they did; null where there is too little to tell. */
  forecastBytes: amount.nullable(),
  forecastUsdMonth: amount.nullable(),
});
export type StatusStorage = z.infer<typeof storageSchema>;

const databaseSchema = z.strictObject({
  name: z.string(),
  /** What was promised; null where no settings are at hand. */
  objectives: z
    .strictObject({
      /** The newest point must not be older: schedule, window and run included. */
      rpoHours: amount,
      /** null where no drills are asked for. */
      provenWithinHours: amount.nullable(),
      rtoMinutes: amount,
    })
    .nullable(),
  /** For example `0 2 * * * UTC`; null where no settings are at hand. */
  schedule: z.string().nullable(),
  newest: z.strictObject({ point: z.string(), snapshotAt: instant }).nullable(),
  /** The newest that can still be restored of those that a drill proved. */
  proven: z
    .strictObject({
      point: z.string(),
      snapshotAt: instant,
      drill: z.string(),
      provenAt: instant,
      restoreSeconds: amount,
    })
    .nullable(),
  problems: z.array(problemSchema),
  /** Newest first: the kept ones, and those that expired within the days of the status; see LISTED_POINTS_MAX. */
  points: z.array(pointSchema),
  /** Newest first. */
  drills: z.array(drillSchema),
  /** Runs that failed, were stopped or got stuck within the days of the status, newest first. */
  failures: z.array(z.strictObject({ at: instant, program: z.enum(AUDITED_PROGRAMS), text: z.string() })),
  /** Of the newest point, the largest first. */
  largestTables: z.array(z.strictObject({ name: z.string(), rows: count, bytes: count })),
  storage: storageSchema,
});
export type DatabaseStatus = z.infer<typeof databaseSchema>;

const auditEntrySchema = z.strictObject({
  at: instant,
  program: z.enum(AUDITED_PROGRAMS),
  database: z.string(),
  id: z.string(),
  /** In words, for example `done` or `restore refused before anything was changed`. */
  outcome: z.string(),
  who: z.string().nullable(),
  reason: z.string().nullable(),
  what: z.string().nullable(),
  failure: z.string().nullable(),
  overrides: z.array(z.string()),
});
export type StatusAuditEntry = z.infer<typeof auditEntrySchema>;

export const statusSchema = z.strictObject({
  type: z.literal('backstop-status'),
  version: z.literal(STATUS_VERSION),
  /** null for a store that belongs to none, such as a folder. */
  installation: z.string().nullable(),
  /** For example `s3://acme-postgres-111122223333-eu-central-1`. */
  store: z.string(),
  madeAt: instant,
  /** By then a newer one is made: whoever reads it later must know that it is old. null where nobody makes it by itself. */
  nextBy: instant.nullable(),
  toolVersion: z.string(),
  /** Where the runbook is, as the settings say: a URL or path; null where no settings are at hand. */
  runbook: z.string().nullable(),
  /** Whom to call, a line each. */
  contacts: z.array(z.string()),
  /** Of the installation and of all databases, the most severe first. Empty: nothing is known to be wrong. */
  problems: z.array(problemSchema),
  databases: z.array(databaseSchema),
  storage: storageSchema,
  /** What protects the bucket, as it is; null where it was not looked at. */
  protection: z
    .strictObject({
      /** null for a store that locks nothing. */
      lock: z.strictObject({ mode: z.string(), days: count }).nullable(),
      encryption: z.string().nullable(),
      versioned: z.boolean(),
      /** Against what was deployed, each in words. */
      differences: z.array(z.string()),
    })
    .nullable(),
  /** The newest test of the way of an alarm; null where there was none. */
  alarmTest: z
    .strictObject({ testedAt: instant, alarm: z.string(), arrived: z.boolean(), seconds: amount.nullable() })
    .nullable(),
  /** Newest first: see LISTED_AUDIT_MAX. */
  audit: z.array(auditEntrySchema),
});
export type Status = z.infer<typeof statusSchema>;
