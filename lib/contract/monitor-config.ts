/** What the monitor is told at deployment: made from the settings at synth, read by the program as its config.json. */
import { z } from 'zod';
import { guardrailsSchema } from './guardrails';
import { limitsSchema } from './limits';
import { DATABASE_NAME_RULE, isDatabaseName } from './object-keys';

/** Which loss of rows is told: see `alarms` in the settings. */
const vanishingRulesSchema = z.strictObject({
  share: z.number(),
  minimumRows: z.int().positive(),
  /** Patterns of tables that may lose their rows. */
  tables: z.array(z.string()),
});
export type VanishingRules = z.infer<typeof vanishingRulesSchema>;

/** @param alarms of the settings of a database */
export function vanishingRulesOf(alarms: {
  readonly vanishedShare: number;
  readonly vanishedMinimumRows: number;
  readonly vanishingTables: readonly string[];
}): VanishingRules {
  const { vanishedShare: share, vanishedMinimumRows: minimumRows, vanishingTables: tables } = alarms;
  return { share, minimumRows, tables: [...tables] };
}

const monitoredDatabaseSchema = z.strictObject({
  schedule: z.strictObject({
    cron: z.string(),
    timeZone: z.string(),
    seasons: z.array(z.strictObject({ months: z.array(z.int()), cron: z.string() })),
    flexibleMinutes: z.number(),
    expectedMinutes: z.number(),
  }),
  /** Manifests that are older speak of points that have expired. */
  longestLifeDays: z.int().positive(),
  /** null where no drills are asked for: nothing is measured of them. */
  drills: z.strictObject({ expectedMinutes: z.number() }).nullable(),
  vanishing: vanishingRulesSchema,
  /** Beyond which its alarms come: the status says the same. */
  limits: limitsSchema,
});
export type MonitoredDatabase = z.infer<typeof monitoredDatabaseSchema>;

export const monitorConfigSchema = z.strictObject({
  installation: z.string(),
  /** By the name that stands in keys and metrics; those that are backed up elsewhere, too. */
  databases: z.record(z.string().refine(isDatabaseName, DATABASE_NAME_RULE), monitoredDatabaseSchema),
  /** For which every object is locked from its birth. */
  defaultLockDays: z.int().positive(),
  /** Addresses that every alarm should reach. */
  emails: z.array(z.string()),
  guardrails: guardrailsSchema,
  /** Where the runbook can be read, as in the settings. */
  runbookUrl: z.string(),
  /** Whom to call, a line each. */
  contacts: z.array(z.string()),
});
export type MonitorConfig = z.infer<typeof monitorConfigSchema>;

/** Which pass a schedule asks for. */
export const PASSES = ['light', 'full', 'digest'] as const;
export type Pass = (typeof PASSES)[number];
export const scheduledPassSchema = z.strictObject({ pass: z.enum(PASSES) });
