/**
 * A test of an alarm: it is set off by hand, and a copy of its message must reach the witness, a queue that is subscribed
 * as people are.
 */
import { z } from 'zod';
import type { SystemAlarmName } from './alarms';

/** How long the witness keeps what nobody asked for: longer than a test waits. */
export const WITNESS_RETENTION_HOURS = 1;

/** The alarm that is tested each month: of the installation, not of a database, and nobody is frightened by it. */
export const MONTHLY_TESTED_ALARM = 'SubscriptionUnconfirmed' satisfies SystemAlarmName;

/** How long a message may take. CloudWatch and SNS need seconds; one that takes longer than `late` is told. */
export const ARRIVAL_SECONDS = { late: 60, atMost: 180 } as const;

/** What the program of the monthly test is told at deployment: it reads this as its config.json. */
export const alarmTestConfigSchema = z.strictObject({
  /** As CloudWatch calls it. */
  alarm: z.string(),
  /** How long a message may take. @default ARRIVAL_SECONDS.atMost */
  waitSeconds: z.number().positive().optional(),
});
export type AlarmTestConfig = z.infer<typeof alarmTestConfigSchema>;
