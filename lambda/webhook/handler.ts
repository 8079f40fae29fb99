/** Passes what the alarm topic says on to one webhook. An error makes Lambda try again, and then keep the message. */
import { webhookConfigSchema } from '../../lib/contract/webhook-config';
import { noticeOf, topicEventSchema } from '../../lib/operations/alarm-notice';
import { webhookBody } from '../../lib/operations/webhook-body';
import { readSecret } from '../../lib/runtime/secret';
import { postJson, webhookUrl } from '../../lib/runtime/webhook';
import { readConfig } from '../config';

const TIMEOUT_SECONDS = 10;

export async function handler(event: unknown): Promise<void> {
  const { secret, format, runbookUrl } = readConfig(webhookConfigSchema);
  const { Records } = topicEventSchema.parse(event);
  const url = webhookUrl(await readSecret(secret));
  for (const { Sns } of Records)
    await postJson(url, webhookBody(format, noticeOf(Sns, runbookUrl)), TIMEOUT_SECONDS);
}
