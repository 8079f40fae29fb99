/** What the monitor is told at deployment: made from the settings at synth, read by the program as its config.json. */
import { z } from 'zod';
import { guardrailsSchema } from './guardrails';
import { DATABASE_NAME_RULE, isDatabaseName } from './object-keys';

/** Which loss of rows is told: see `alarms` in the settings. */
const vanishingRulesSchema = z.strictObject({
  share: z.number(),
  minimumRows: z.int().positive(),
  /** Patterns of tables that may lose their rows. */
  tables: z.array(z.string()),
});
export type VanishingRules = z.infer<typeof vanishingRulesSchema>;

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
});
export type MonitorConfig = z.infer<typeof monitorConfigSchema>;

/** Which pass a schedule asks for. */
export const PASSES = ['light', 'full'] as const;
export type Pass = (typeof PASSES)[number];
export const scheduledPassSchema = z.strictObject({ pass: z.enum(PASSES) });
