/** What the monitor is called for: a pass, or a task that did not end well. */
import { z } from 'zod';
import { scheduledPassSchema, type MonitorConfig } from '../../contract/monitor-config';
import { taskEventSchema } from '../../contract/task-event';
import { monitor, monitorDatabase } from './monitor';
import type { MonitorTools } from './monitor-tools';
import { recordStoppedTask, stoppedTaskOf } from './record-stopped-task';

const eventSchema = z.union([scheduledPassSchema, taskEventSchema]);

/**
 * @param event as EventBridge sends it
 * @throws ZodError for an event of another kind; Failure `store-failed`
 */
export async function answerEvent(event: unknown, config: MonitorConfig, tools: MonitorTools): Promise<void> {
  const asked = eventSchema.parse(event);
  if ('pass' in asked) return monitor(asked.pass, config, tools);
  const task = stoppedTaskOf(asked, config);
  if (task === undefined) return;
  await recordStoppedTask(tools.statusStore, task);
  await monitorDatabase(task.database, config, tools);
}
