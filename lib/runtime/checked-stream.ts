/** What a store's `get` hands out: errors are explained, and an early end is an error instead of a shorter object. */
import { Readable } from 'node:stream';

type Explain = (error: unknown) => Error | Promise<Error>;

/**
 * @param bytes how many the object has
 * @param explain makes a Failure of the source's error; an abort ends with the signal's reason instead
 */
export function checkedStream(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
  explain: Explain,
  signal?: AbortSignal,
): Readable {
  const explainUnlessAborted = (error: unknown) =>
    signal?.aborted === true ? (signal.reason as Error) : explain(error);
  return Readable.from(counted(source, bytes, explainUnlessAborted), {
    objectMode: false,
    highWaterMark: 1024 * 1024,
  });
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
  explain: Explain,
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  try {
    for await (const chunk of source) {
      taken += chunk.byteLength;
      yield chunk;
    }
  } catch (error) {
    throw await explain(error);
  }
  if (taken !== bytes) throw await explain(new Error(`it ended after ${taken} of ${bytes} bytes`));
}
