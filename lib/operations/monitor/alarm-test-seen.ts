/** What came of the newest test of the way of an alarm: see lib/contract/alarm-test-record.ts. */
import { ALARM_TESTS_PREFIX, alarmTestRecordSchema } from '../../contract/alarm-test-record';
import type { Status } from '../../contract/status';
import type { Store } from '../../runtime/store';
import { readJson } from './read-json';

/** null where there was none, or its record cannot be read. @throws Failure `store-failed` */
export async function newestAlarmTest(statusStore: Store): Promise<Status['alarmTest']> {
  let newest: string | undefined;
  for await (const { key } of statusStore.list(ALARM_TESTS_PREFIX)) newest = key;
  if (newest === undefined) return null;
  const record = alarmTestRecordSchema.safeParse(await readJson(statusStore, newest)).data;
  if (record === undefined) return null;
  const { testedAt, alarm, arrived, secondsToArrival: seconds } = record;
  return { testedAt, alarm, arrived, seconds };
}
