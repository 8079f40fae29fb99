/** An order-free digest of lines: their number, and the sum of their SHA-256. Unlike XOR a sum keeps doubled lines. */
import { hash } from 'node:crypto';

const LANES = 4;
/** Sums of 32-bit lanes stay exact numbers. */
const MODULUS = 2 ** 52;

export class LineSum {
  rows = 0;
  private readonly sums = new Array<number>(LANES).fill(0);

  add(line: Uint8Array): void {
    // A string of bytes: the quickest way out of the hash function.
    const bytes = hash('sha256', line, 'binary');
    this.rows += 1;
    for (let lane = 0; lane < LANES; lane += 1) {
      const at = lane * 4;
      const value =
        bytes.charCodeAt(at) * 0x1000000 +
        (bytes.charCodeAt(at + 1) << 16) +
        (bytes.charCodeAt(at + 2) << 8) +
        bytes.charCodeAt(at + 3);
      const sum = (this.sums[lane] ?? 0) + value;
      this.sums[lane] = sum >= MODULUS ? sum - MODULUS : sum;
    }
  }

  /** The sums, in hex. */
  digest(): string {
    return this.sums.map((sum) => sum.toString(16).padStart(13, '0')).join('');
  }
}
