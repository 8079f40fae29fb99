/** Waits for a URL to answer well: an application that starts refuses connections for a while. */
import { setTimeout } from 'node:timers/promises';
import { messageOf } from '../contract/failure';

const PAUSE_MS = 1000;
const ONE_ANSWER_MS = 10_000;

/**
 * @returns the status of the first good answer (2xx)
 * @throws Error with the last answer, once the time is over; the signal's reason
 */
export async function answering(url: string, timeoutMs: number, signal: AbortSignal): Promise<number> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask(url, signal);
    if (typeof answer === 'number' && answer >= 200 && answer < 300) return answer;
    signal.throwIfAborted();
    if (Date.now() + PAUSE_MS > until)
      throw new Error(
        `${typeof answer === 'number' ? `it answers ${answer}` : answer}, after ${timeoutMs / 1000} s`,
      );
    await setTimeout(PAUSE_MS);
  }
}

async function ask(url: string, signal: AbortSignal): Promise<number | string> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ONE_ANSWER_MS)]);
    const { status, body } = await fetch(url, { signal: within });
    await body?.cancel();
    return status;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
  }
}
