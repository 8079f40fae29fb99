/** What the webhook's function is told at deployment: it reads this as its config.json. */
import { z } from 'zod';

/** `generic`: our own JSON, described in docs/runbook.md. `slack`: what Slack's incoming webhooks take. */
export const WEBHOOK_FORMATS = ['generic', 'slack'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

export const webhookConfigSchema = z.strictObject({
  /** Name or ARN of the secret whose text is the URL. */
  secret: z.string(),
  format: z.enum(WEBHOOK_FORMATS),
  /** As in the settings: a URL or path. */
  runbookUrl: z.string(),
});
export type WebhookConfig = z.infer<typeof webhookConfigSchema>;
