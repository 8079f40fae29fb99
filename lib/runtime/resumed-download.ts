/** A connection may break in an hour's download, or time out while the reader is busy: it goes on where it broke. */
const MAX_BREAKS = 5;

export interface Download {
  readonly bytes: number;
  /** Opens the object from a byte on. */
  readonly open: (from: number) => Promise<AsyncIterable<Uint8Array>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param begin the object, opened from its first byte on
 * @throws the error of the connection when it broke too often without a byte in between, or after an abort
 */
export async function* resumed(
  begin: AsyncIterable<Uint8Array>,
  { bytes, open, signal }: Download,
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let breaks = 0;
  for (let part = begin; ; part = await open(taken)) {
    try {
      for await (const chunk of part) {
        taken += chunk.byteLength;
        breaks = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      breaks += 1;
      if (signal?.aborted === true || breaks > MAX_BREAKS) throw error;
      if (taken === bytes) return;
    }
  }
}
