/** Keeps what came of a test, beside what the monitor keeps. */
import { alarmTestRecordKey, type AlarmTestRecord } from '../contract/alarm-test-record';
import type { Store } from '../runtime/store';
import type { AlarmTested } from './alarm-test';
import { storeUnderOwnId } from './store-document';

/** A test that was not made leaves no record. */
export async function recordAlarmTest(statusStore: Store, tested: AlarmTested, by: string): Promise<void> {
  const { alarm, outcome, testedAt, secondsToAlarm: secondsToArrival } = tested;
  if (outcome === 'not-tested') return;
  const record: AlarmTestRecord = {
    version: 1,
    testedAt,
    alarm,
    arrived: outcome !== 'never',
    secondsToArrival,
    by,
  };
  const bytes = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  await storeUnderOwnId(statusStore, alarmTestRecordKey(record), bytes);
}
