/**
 * The memory of all uploads of a process: parts are filled into buffers that are used again, so that what is held does
 * not depend on how fast the store is, how many files are sent at once, or when garbage is collected.
 */

/** Never less than one part, however large it is. */
const CAPACITY_BYTES = 32 * 1024 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly resolve: (buffer: Buffer) => void;
}

export class PartBuffers {
  private takenBytes = 0;
  private readonly free: Buffer[] = [];
  private readonly waiting: Waiting[] = [];

  constructor(private readonly capacityBytes = CAPACITY_BYTES) {}

  /** Waits until there is room. Whoever waits must hold no buffer that only it could give back. */
  async take(bytes: number, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    if (this.waiting.length === 0 && this.hasRoomFor(bytes)) return this.hand(bytes);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
      };
      const entry: Waiting = {
        bytes,
        resolve: (buffer) => {
          signal.removeEventListener('abort', onAbort);
          resolve(buffer);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(entry);
    });
  }

  /** Its bytes have been sent: it is filled again. */
  giveBack(buffer: Buffer): void {
    this.free.push(buffer);
    this.leave(buffer);
  }

  /** A request that failed may still read it: it is not used again. */
  drop(buffer: Buffer): void {
    this.leave(buffer);
  }

  private leave(buffer: Buffer): void {
    this.takenBytes -= buffer.byteLength;
    for (
      let next = this.waiting[0];
      next !== undefined && this.hasRoomFor(next.bytes);
      next = this.waiting[0]
    ) {
      this.waiting.shift();
      next.resolve(this.hand(next.bytes));
    }
  }

  private hasRoomFor(bytes: number): boolean {
    return this.takenBytes === 0 || this.takenBytes + bytes <= this.capacityBytes;
  }

  private hand(bytes: number): Buffer {
    this.takenBytes += bytes;
    const index = this.free.findIndex((buffer) => buffer.byteLength === bytes);
    const [used] = index === -1 ? [] : this.free.splice(index, 1);
    if (used === undefined) this.free.length = 0;
    return used ?? Buffer.allocUnsafeSlow(bytes);
  }
}
