/**
 * Since when a database has the schedule that it has: slots before that are nobody's fault. In the status bucket, a
 * record for each change, so that the newest one tells.
 */
import { createHash } from 'node:crypto';
import { canonicalBytes } from './envelope';
import { isRecoveryPointId, stampOf, startOf } from './recovery-point-id';
import type { Schedule } from './schedule';

export function scheduleRecordPrefix(database: string): string {
  return `schedules/${database}/`;
}

/** For example `schedules/shop/20261120T020000Z-0a1b2c.json`: sorts by time, and ends in a digest of the schedule. */
export function scheduleRecordKey(database: string, schedule: Schedule, since: Date): string {
  return `${scheduleRecordPrefix(database)}${stampOf(since)}-${digestOf(schedule)}.json`;
}

/** undefined where the record is of another schedule. */
export function scheduleSince(key: string, schedule: Schedule): Date | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
  return isRecoveryPointId(name) && name.endsWith(digestOf(schedule)) ? startOf(name) : undefined;
}

function digestOf({ cron, timeZone, seasons }: Schedule): string {
  const bytes = canonicalBytes({ cron, timeZone, seasons });
  return createHash('sha256').update(bytes).digest('hex').slice(0, 6);
}
