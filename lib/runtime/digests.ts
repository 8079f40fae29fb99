/** Our own digests of an object, computed while its bytes pass by. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { StoredFile } from '../contract/manifest';
import type { Body, PutOptions } from './store';

export class Digests {
  private readonly sha256 = createHash('sha256');
  private crc = 0;
  bytes = 0;

  update(chunk: Uint8Array): void {
    this.sha256.update(chunk);
    this.crc = crc32(chunk, this.crc);
    this.bytes += chunk.byteLength;
  }

  /** CRC-32 of the bytes so far, 8 hex digits. */
  get crc32(): string {
    return crcHex(this.crc);
  }

  /** Ends the hash: call once, after the last byte. */
  storedFile(key: string): StoredFile {
    return { key, bytes: this.bytes, sha256: this.sha256.digest('hex'), crc32: this.crc32 };
  }
}

/** 8 hex digits, as manifests write it. */
export function crcHex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

/**
 * The body's bytes, digested and counted on their way. Throws what the body throws; an abort throws its reason at once, even
 * while the body keeps us waiting.
 */
export async function* digested(
  body: Body,
  digests: Digests,
  { signal, onBytes }: Pick<PutOptions, 'signal' | 'onBytes'>,
): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  const chunks = chunksOf(body);
  try {
    for (;;) {
      const next = await (signal ? unlessAborted(chunks.next(), signal) : chunks.next());
      if (next.done === true) return;
      digests.update(next.value);
      onBytes?.(digests.bytes);
      yield next.value;
      signal?.throwIfAborted();
    }
  } finally {
    // Not awaited: a body that hangs would keep us for ever.
    chunks.return?.().catch(() => undefined);
  }
}

function chunksOf(body: Body): AsyncIterator<Uint8Array> {
  return body instanceof Uint8Array
    ? (async function* () {
        yield await Promise.resolve(body);
      })()
    : body[Symbol.asyncIterator]();
}

/** Listens anew for each promise: Promise.race with one long-lived promise would keep every chunk in memory. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
