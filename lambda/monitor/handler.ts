/** The monitor in Lambda: light and full passes by schedule, and each task that did not end well. */
import { monitorConfigSchema } from '../../lib/contract/monitor-config';
import { answerEvent } from '../../lib/operations/monitor/answer-event';
import { readConfig } from '../config';
import { withMonitorTools } from './tools';

export async function handler(event: unknown): Promise<void> {
  const config = readConfig(monitorConfigSchema);
  await withMonitorTools(config.installation, (tools) => answerEvent(event, config, tools));
}
