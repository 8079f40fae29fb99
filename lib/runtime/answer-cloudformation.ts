/** Puts an answer where CloudFormation waits for it: an address of S3 that is good for one request. */
import { Failure, messageOf } from '../contract/failure';

const TIMEOUT_SECONDS = 20;

/** @throws Failure where the answer was not taken */
export async function answerCloudFormation(url: string, answer: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    // The address is signed without a type.
    headers: { 'content-type': '' },
    body: JSON.stringify(answer),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
  }).catch((error: unknown) => {
    throw new Failure('unexpected', `CloudFormation took no answer: ${messageOf(error)}.`);
  });
  await response.body?.cancel();
  if (!response.ok)
    throw new Failure('unexpected', `CloudFormation refused the answer with HTTP ${response.status}.`);
}
