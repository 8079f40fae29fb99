/** Slots of a schedule at which nothing began, though their time is over. Pure. */
import type { MonitoredDatabase } from '../../contract/monitor-config';
import { startOf } from '../../contract/recovery-point-id';
import { slotsBetween } from '../../contract/schedule';
import type { RunHistory } from './run-history';

const MINUTE = 60_000;
/**
 * What EventBridge and ECS may take until a task's program tells of its start: image, network, retries. With the pass that
 * sees it and the way of a metric it must be told within 15 minutes (test/stacks/alarms-over-time.test.ts).
 */
export const START_GRACE_MINUTES = 6;

/**
 * Each start serves one slot: the first one that is open for it. A task that ECS could not start counts as one, for it
 * was asked for: it is a failed run, and tells so itself.
 * @param since only slots after it count: the newest point, or when the schedule came into force
 */
export function overdueSlots(
  schedule: MonitoredDatabase['schedule'],
  { runs, stoppedTasks }: Pick<RunHistory, 'runs' | 'stoppedTasks'>,
  since: Date,
  now: Date,
): Date[] {
  const openMs = (schedule.flexibleMinutes + START_GRACE_MINUTES) * MINUTE;
  const over = new Date(now.getTime() - openMs);
  const starts = [
    ...runs.map(({ id }) => startOf(id).getTime()),
    ...stoppedTasks.map(({ createdAt }) => Date.parse(createdAt)),
  ].sort((a, b) => a - b);
  if (over <= since) return [];
  return slotsBetween(schedule, new Date(since.getTime() + 1), over).filter((slot) => {
    const begun = starts.findIndex((start) => start >= slot.getTime() && start <= slot.getTime() + openMs);
    if (begun === -1) return true;
    starts.splice(begun, 1);
    return false;
  });
}
