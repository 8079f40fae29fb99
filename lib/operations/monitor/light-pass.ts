/** What is urgent about one database: how old its newest point is, and whether its runs begin and end. */
import type { Manifest } from '../../contract/manifest';
import type { MonitoredDatabase } from '../../contract/monitor-config';
import type { BelievedPoint } from '../recovery-points';
import type { Measured } from './measured';
import type { MonitorTools } from './monitor-tools';
import { overdueSlots } from './overdue-slots';
import { ageOf } from './point-gauges';
import { readRunHistory } from './read-run-history';
import { failedRuns, stuckRuns } from './run-history';
import { presentScheduleSince } from './schedule-since';

/** @throws Failure `store-failed` */
export async function lightPass(
  database: string,
  { schedule }: MonitoredDatabase,
  newest: BelievedPoint<Manifest> | undefined,
  tools: MonitorTools,
  now: Date,
): Promise<Measured> {
  const { store, statusStore, reporter } = tools;
  const [history, scheduledSince] = await Promise.all([
    readRunHistory({ store, statusStore, program: 'backup', database, newest: newest?.manifest, now }),
    presentScheduleSince(statusStore, database, schedule, now),
  ]);
  const failed = failedRuns(history, schedule.expectedMinutes, now);
  const since = history.since > scheduledSince ? history.since : scheduledSince;
  const overdue = overdueSlots(schedule, history, since, now);
  for (const text of failed) reporter.warn(`${database}: ${text}`, { database });
  for (const slot of overdue)
    reporter.warn(`${database}: nothing began for the slot ${slot.toISOString()}`, { database });
  return {
    newestPointAge: ageOf(newest, now),
    failedRuns: failed.length,
    overdueSlots: overdue.length,
    stuckRuns: stuckRuns(history, schedule.expectedMinutes, now).length,
  };
}
