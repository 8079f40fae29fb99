/** Cuts a byte stream into lines; a line that spans chunks is put together once, however long it is. */
const NEWLINE = 0x0a;

export class LineSplitter {
  private pieces: Uint8Array[] = [];

  /** @param onLine gets each line without its newline; the bytes are valid only during the call */
  constructor(private readonly onLine: (line: Buffer) => void) {}

  push(chunk: Uint8Array): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE, start)) {
      this.complete(buffer.subarray(start, end));
      start = end + 1;
    }
    if (start < buffer.length) this.pieces.push(buffer.subarray(start));
  }

  /** A last line without a newline counts. */
  end(): void {
    if (this.pieces.length > 0) this.complete(Buffer.alloc(0));
  }

  private complete(tail: Buffer): void {
    if (this.pieces.length === 0) {
      this.onLine(tail);
      return;
    }
    const line = Buffer.concat([...this.pieces, tail]);
    this.pieces = [];
    this.onLine(line);
  }
}
