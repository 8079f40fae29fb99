/** The monitor in Lambda: light and full passes by schedule, and each backup task that did not end well. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { monitorConfigSchema } from '../../lib/contract/monitor-config';
import { answerEvent } from '../../lib/operations/monitor/answer-event';
import { withMonitorTools } from './tools';

export async function handler(event: unknown): Promise<void> {
  const config = monitorConfigSchema.parse(
    JSON.parse(readFileSync(path.join(__dirname, 'config.json'), 'utf8')),
  );
  await withMonitorTools(config.installation, (tools) => answerEvent(event, config, tools));
}
