/**
 * Sends a stream as one object: in one request where it fits, else in parts. The order of events is the point:
 * nothing is completed before the stream ended well and every part was confirmed; after a failure nothing is left.
 */
import type { PartBuffers } from './part-buffers';
import { partBytes } from './part-plan';

/** Requests to the store. Each resolves only when the store confirmed the checksum of what it took. */
export interface MultipartRequests<Part> {
  putWhole(data: Buffer): Promise<void>;
  /** @returns the upload's id */
  begin(): Promise<string>;
  putPart(uploadId: string, number: number, data: Buffer): Promise<Part>;
  complete(uploadId: string, parts: readonly Part[]): Promise<void>;
  /** Removes what was sent. Never rejects. */
  abort(uploadId: string): Promise<void>;
}

export interface Sending {
  /** Raised by the caller or by `fail`; its reason is the cause of the failure. */
  readonly signal: AbortSignal;
  readonly fail: (reason: unknown) => void;
  readonly estimatedBytes: number;
  readonly buffers: PartBuffers;
}

/** Of one object; all uploads together are bounded by their buffers. */
const MAX_IN_FLIGHT = 3;

/** @throws the reason of the sending's signal: what failed first, of the source or of the requests */
export async function sendObject<Part>(
  source: AsyncIterable<Uint8Array>,
  requests: MultipartRequests<Part>,
  sending: Sending,
): Promise<void> {
  const upload = new Upload(requests, sending);
  try {
    for await (const part of partsOf(source, sending)) await upload.take(part);
    await upload.complete();
  } catch (error) {
    sending.fail(error);
    await upload.abandon();
    throw sending.signal.reason;
  }
}

class Upload<Part> {
  private uploadId: string | undefined;
  private readonly parts: Part[] = [];
  private readonly inFlight = new Set<Promise<void>>();

  constructor(
    private readonly requests: MultipartRequests<Part>,
    private readonly sending: Sending,
  ) {}

  /** Resolves when there is room for another one. */
  async take(part: FilledPart): Promise<void> {
    if (part.number === 1 && part.last) {
      await this.confirmed(part, () => this.requests.putWhole(part.data));
      return;
    }
    const uploadId = (this.uploadId ??= await this.requests.begin());
    const send: Promise<void> = this.confirmed(part, async () => {
      this.parts[part.number - 1] = await this.requests.putPart(uploadId, part.number, part.data);
    })
      // Raises the signal, which ends the source and all that is awaited here.
      .catch(this.sending.fail)
      .finally(() => this.inFlight.delete(send));
    this.inFlight.add(send);
    if (this.inFlight.size >= MAX_IN_FLIGHT) await Promise.race(this.inFlight);
  }

  async complete(): Promise<void> {
    await Promise.all(this.inFlight);
    this.sending.signal.throwIfAborted();
    if (this.uploadId !== undefined) await this.requests.complete(this.uploadId, this.parts);
  }

  async abandon(): Promise<void> {
    await Promise.all(this.inFlight);
    if (this.uploadId !== undefined) await this.requests.abort(this.uploadId);
  }

  private async confirmed(part: FilledPart, request: () => Promise<void>): Promise<void> {
    const { buffers } = this.sending;
    await request().catch((error: unknown) => {
      buffers.drop(part.buffer);
      throw error;
    });
    buffers.giveBack(part.buffer);
  }
}

interface FilledPart {
  readonly number: number;
  /** The filled head of the buffer. */
  readonly data: Buffer;
  readonly buffer: Buffer;
  /** The source has ended well. */
  readonly last: boolean;
}

/** Stands where a buffer is no longer ours. */
const HANDED_ON = Buffer.alloc(0);

/** A full part is handed on only when another byte has come: only then is it known not to be the last. */
async function* partsOf(
  source: AsyncIterable<Uint8Array>,
  { estimatedBytes, buffers, signal }: Sending,
): AsyncGenerator<FilledPart> {
  let number = 1;
  let filled = 0;
  let buffer = await buffers.take(partBytes(estimatedBytes, number), signal);
  try {
    for await (const chunk of source) {
      for (let taken = 0; taken < chunk.byteLength;) {
        if (filled === buffer.byteLength) {
          const full = buffer;
          buffer = HANDED_ON;
          yield { number: number++, data: full, buffer: full, last: false };
          buffer = await buffers.take(partBytes(estimatedBytes, number), signal);
          filled = 0;
        }
        const end = taken + Math.min(buffer.byteLength - filled, chunk.byteLength - taken);
        buffer.set(chunk.subarray(taken, end), filled);
        filled += end - taken;
        taken = end;
      }
    }
    const rest = buffer;
    buffer = HANDED_ON;
    yield { number, data: rest.subarray(0, filled), buffer: rest, last: true };
  } finally {
    buffers.drop(buffer);
  }
}
