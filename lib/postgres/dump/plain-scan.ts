/**
 * Reads along with a plain dump: which tables' rows it holds, and whether it reached its last line. Rows are skipped
 * by searching for their end, not line by line.
 */
import type { TextDecoder } from 'node:util';
import { nameDecoder } from '../compare/name-decoder';

const END_OF_ROWS = Buffer.from('\n\\.\n');
const LAST_LINE = '-- PostgreSQL database dump complete';
/** `COPY schema.table (columns) FROM stdin;`; pg_dump quotes where SQL needs it. */
const COPY = /^COPY ((?:"(?:[^"]|"")+"|[^".\s]+)\.(?:"(?:[^"]|"")+"|[^"\s(]+)) .*FROM stdin;$/;

export class PlainScan {
  /** Names as `unquotedName` writes them. */
  readonly tables = new Set<string>();
  complete = false;
  private inRows = false;
  private rowsAnnounced = false;
  private rest: Buffer = Buffer.alloc(0);
  private readonly decoder: TextDecoder;

  /** @param encoding of the dump, as PostgreSQL names it */
  constructor(encoding: string) {
    this.decoder = nameDecoder(encoding);
  }

  push(chunk: Buffer): void {
    let text = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (;;) {
      const end = this.inRows ? text.indexOf(END_OF_ROWS) : text.indexOf(0x0a);
      if (end === -1) break;
      if (this.inRows) {
        this.inRows = false;
        text = text.subarray(end + END_OF_ROWS.length);
      } else {
        this.inRows = this.rowsFollow(this.decoder.decode(text.subarray(0, end)));
        // An empty table's end follows its COPY line: the search needs that line's newline.
        text = text.subarray(this.inRows ? end : end + 1);
      }
    }
    this.rest = this.inRows ? text.subarray(-(END_OF_ROWS.length - 1)) : text;
  }

  private rowsFollow(line: string): boolean {
    if (line === LAST_LINE) this.complete = true;
    // The comment tells a real COPY from one in the text of a function.
    if (line.startsWith('-- ')) this.rowsAnnounced = line.includes('; Type: TABLE DATA;');
    const name = this.rowsAnnounced ? COPY.exec(line)?.[1] : undefined;
    if (name === undefined) return false;
    this.tables.add(unquotedName(name));
    this.rowsAnnounced = false;
    return true;
  }
}

/** `"public"."my ""table"""` and `public.t` as schema and name with a NUL between: no name can hold one. */
export function unquotedName(qualified: string): string {
  return [...qualified.matchAll(/"((?:[^"]|"")*)"|[^".]+/g)]
    .map(([part, quoted]) => quoted?.replaceAll('""', '"') ?? part)
    .join('\0');
}
