/** Since when a database has its present schedule: the first pass that sees it writes it down. */
import type { Schedule } from '../../contract/schedule';
import { scheduleRecordKey, scheduleRecordPrefix, scheduleSince } from '../../contract/schedule-record';
import { StoreKeyExists, type Store } from '../../runtime/store';

/** @throws Failure `store-failed` */
export async function presentScheduleSince(
  statusStore: Store,
  database: string,
  schedule: Schedule,
  now: Date,
): Promise<Date> {
  let newest = '';
  for await (const { key } of statusStore.list(scheduleRecordPrefix(database))) newest = key;
  const since = scheduleSince(newest, schedule);
  if (since !== undefined) return since;
  const { cron, timeZone, seasons } = schedule;
  const record = Buffer.from(`${JSON.stringify({ cron, timeZone, seasons })}\n`);
  await statusStore.put(scheduleRecordKey(database, schedule, now), record).catch((error: unknown) => {
    // Another pass of the same second.
    if (!(error instanceof StoreKeyExists)) throw error;
  });
  return now;
}
