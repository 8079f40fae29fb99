/** Posts to a URL that is itself a secret: no error of it holds the URL, or what the other side answered. */
import { Failure } from '../contract/failure';

const HINT = 'Look at the text of the secret, and at the service behind it; docs/runbook.md says how.';

/**
 * @param secret the text of the secret
 * @throws Failure where it is no https URL
 */
export function webhookUrl(secret: string): string {
  const text = secret.trim();
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return text;
  throw new Failure('usage', 'The text of the webhook secret is no https URL.', { hint: HINT });
}

/**
 * Redirects are not followed: they would take a message, and with it names of databases, elsewhere.
 * @throws Failure where no answer came in time, or one without 2xx
 */
export async function postJson(url: string, body: unknown, timeoutSeconds: number): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  }).catch((error: unknown) => {
    throw new Failure('unexpected', `The webhook gave no answer: ${reasonOf(error)}.`, { hint: HINT });
  });
  await response.body?.cancel();
  if (!response.ok)
    throw new Failure('unexpected', `The webhook answered with HTTP ${response.status}.`, { hint: HINT });
}

/** A code such as ECONNREFUSED or TimeoutError; messages may hold the URL. */
function reasonOf(error: unknown): string {
  const { name = 'Error', cause } = Object(error) as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name;
}
