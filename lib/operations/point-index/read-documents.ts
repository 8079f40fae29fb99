/** How many signed documents are read side by side: no more than fit into memory. Pure. */

export interface Weighed {
  readonly bytes: number;
}

/** The SDK has fifty connections, and eight databases are looked at side by side. */
const AT_A_TIME = 6;
/** A document takes some ten times its size while it is read. */
const BYTES_AT_A_TIME = 8 * 1024 * 1024;

/** In order: each together so many as may be read at once, one at least. */
export function* readTogether<T extends Weighed>(documents: readonly T[]): Generator<T[]> {
  let together: T[] = [];
  let bytes = 0;
  for (const document of documents) {
    if (together.length === AT_A_TIME || (together.length > 0 && bytes + document.bytes > BYTES_AT_A_TIME)) {
      yield together;
      [together, bytes] = [[], 0];
    }
    together.push(document);
    bytes += document.bytes;
  }
  if (together.length > 0) yield together;
}
