/** A file's bytes through one buffer, which is used again: a body as stores take it. */
import { open } from 'node:fs/promises';

const CHUNK_BYTES = 1024 * 1024;

/** Each chunk is good until the next one is asked for. */
export async function* fileChunks(file: string, chunkBytes = CHUNK_BYTES): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, Math.max(1, (await handle.stat()).size)));
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
