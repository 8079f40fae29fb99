/** What came of a test of an alarm. In the status bucket, a record for each test, so that the newest one tells. */
import { z } from 'zod';

/** Below it lie the records. */
export const ALARM_TESTS_PREFIX = 'alarm-tests/';

export const alarmTestRecordSchema = z.strictObject({
  version: z.literal(1),
  /** When the alarm was set off. */
  testedAt: z.iso.datetime(),
  /** As CloudWatch calls it. */
  alarm: z.string(),
  /** Whether both messages came: the one that the alarm came, and the one that it went. */
  arrived: z.boolean(),
  /** From setting the alarm off to the arrival of its message; null where that never came. */
  secondsToArrival: z.number().nonnegative().nullable(),
  /** Who asked for it. */
  by: z.string(),
});
export type AlarmTestRecord = z.infer<typeof alarmTestRecordSchema>;

/** For example `alarm-tests/2026-11-20T09:00:12.345Z.json`: sorts by the time of the test. */
export function alarmTestRecordKey({ testedAt }: Pick<AlarmTestRecord, 'testedAt'>): string {
  return `${ALARM_TESTS_PREFIX}${testedAt}.json`;
}
