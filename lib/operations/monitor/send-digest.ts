/** The digest of a day: what the newest status says, to everybody who gets the alarms. That there is none is told, too. */
import { runbookLink } from '../../contract/alarms';
import { Failure, messageOf } from '../../contract/failure';
import type { MonitorConfig } from '../../contract/monitor-config';
import type { Status } from '../../contract/status';
import type { TopicMessage } from '../../runtime/topic';
import { digestOf } from '../status/digest';
import { asReadAt } from '../status/installation-problems';
import { readStatus } from '../status/read-status';
import type { MonitorTools } from './monitor-tools';

/** @throws Failure where the topic takes no message; where the status cannot be read, after that was told */
export async function sendDigest(config: MonitorConfig, tools: MonitorTools): Promise<void> {
  const status = await readStatus(tools.documents).catch(async (error: unknown): Promise<Status> => {
    await tools.notify(noStatus(error, config));
    throw error;
  });
  await tools.notify(digestOf(asReadAt(status, tools.clock.now())));
}

function noStatus(error: unknown, { installation, runbookUrl }: MonitorConfig): TopicMessage {
  const lines = [
    `Nobody can say how the backups of ${installation} are: ${messageOf(error)}`,
    ...(error instanceof Failure && error.hint !== undefined ? [error.hint] : []),
    `What to do: ${runbookLink(runbookUrl, 'MonitorSilent')}`,
  ];
  return { subject: `Backstop ${installation}: NO STATUS`, text: lines.join('\n\n') };
}
