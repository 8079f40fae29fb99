/**
 * Digests of the data in a plain dump, table by table and free of order. The archive's own lines (`pg_restore -f -
 * --data-only`) against those of the restored database (`pg_dump --data-only`) prove the content without any load on
 * production. Memory is bounded by the longest row.
 */
import { Failure } from '../../contract/failure';
import { qualifiedName } from '../tables';
import { identifiersIn, QUALIFIED, qualifiedFrom } from './identifiers';
import { LineSplitter } from './line-splitter';
import { LineSum } from './line-sum';
import { nameDecoder } from './name-decoder';
import { parseSequenceSet, type SequenceValue, type SequenceValues } from './sequence-sets';

export interface LinesDigest {
  readonly rows: number;
  readonly digest: string;
}

export interface CopyDigest extends LinesDigest {
  /** In the order in which they were digested. */
  readonly columns: readonly string[];
}

export interface DumpDigest {
  /** PostgreSQL's name of the encoding that the dump is in. */
  readonly encoding: string;
  /** By qualified name (tables.ts). */
  readonly tables: ReadonlyMap<string, CopyDigest>;
  /** Rows are the pieces in which large objects are written. */
  readonly largeObjects: LinesDigest;
  readonly sequences: SequenceValues;
}

/**
 * @param chunks a plain dump without schema; must throw when its program failed
 * @param like digests columns in the order of this dump: a restored inheritance child has another one. @default - none
 * @throws Failure `stored-data-faulty` where the dump ends inside a table
 */
export async function digestCopyBlocks(
  chunks: AsyncIterable<Uint8Array>,
  like?: DumpDigest,
): Promise<DumpDigest> {
  const reader = new DumpReader(like);
  const lines = new LineSplitter((line) => {
    reader.line(line);
  });
  for await (const chunk of chunks) lines.push(chunk);
  lines.end();
  return reader.result();
}

/** Before each entry. The text of a function may hold any line that we look for; a comment tells whose line it is. */
const ENTRY = /^-- .*; Type: ([A-Z ]+); Schema: /;
const HEADER = new RegExp(`^COPY (${QUALIFIED}) +(?:\\((.*)\\) )?FROM stdin;$`);
const ENCODING = /^SET client_encoding = '(\w+)';$/;
const LO_OPEN = /^SELECT pg_catalog\.lo_open\('(\d+)', \d+\);$/;
const LO_WRITE = 'SELECT pg_catalog.lowrite(';
/** A longer line outside a table is no line that we look for, and may be too long for a string. */
const LONGEST_STATEMENT = 1024 * 1024;

interface Block {
  readonly columns: readonly string[];
  readonly sum: LineSum;
}

class DumpReader {
  private encoding: string | undefined;
  private entry = '';
  private decoder = nameDecoder('UTF8');
  private readonly tables = new Map<string, Block>();
  private readonly largeObjects = new LineSum();
  private readonly sequences = new Map<string, SequenceValue>();
  private open: { readonly name: string; readonly add: (line: Buffer) => void } | undefined;
  private largeObject = { oid: '', pieces: 0 };

  constructor(private readonly like?: DumpDigest) {}

  line(line: Buffer): void {
    if (this.open === undefined) this.statement(line);
    else if (line.length === 2 && line[0] === 0x5c && line[1] === 0x2e) this.open = undefined;
    else this.open.add(line);
  }

  result(): DumpDigest {
    if (this.open !== undefined) {
      throw new Failure(
        'stored-data-faulty',
        `The dump ends in the middle of the rows of ${this.open.name}.`,
        {
          hint: 'Restore another recovery point and run `backstop check --deep` on this one.',
        },
      );
    }
    const closed = ({ rows, sum }: { rows: number; sum: LineSum }) => ({ rows, digest: sum.digest() });
    const tables = [...this.tables].map(
      ([name, { columns, sum }]) => [name, { columns, ...closed({ rows: sum.rows, sum }) }] as const,
    );
    const { largeObjects, sequences } = this;
    return {
      encoding: this.encoding ?? 'UTF8',
      tables: new Map(tables),
      largeObjects: closed({ rows: largeObjects.rows, sum: largeObjects }),
      sequences,
    };
  }

  private statement(line: Buffer): void {
    if (line.length < 8 || line.length > LONGEST_STATEMENT) return;
    const text = this.decoder.decode(line);
    this.entry = ENTRY.exec(text)?.[1] ?? this.entry;
    if (this.entry === 'TABLE DATA') this.header(text);
    else if (this.entry === 'SEQUENCE SET' || this.entry.startsWith('BLOB')) this.call(text);
    else if (this.encoding === undefined) this.setEncoding(ENCODING.exec(text)?.[1]);
  }

  private header(text: string): void {
    const [, table, columns = ''] = HEADER.exec(text) ?? [];
    if (table !== undefined) this.begin(qualifiedName(qualifiedFrom(table)), identifiersIn(columns));
  }

  private setEncoding(encoding: string | undefined): void {
    if (encoding === undefined) return;
    this.encoding = encoding;
    this.decoder = nameDecoder(encoding);
  }

  private begin(name: string, columns: readonly string[]): void {
    const wanted = this.like?.tables.get(name)?.columns ?? columns;
    const order = wanted.map((column) => columns.indexOf(column));
    const same = order.every((from, to) => from === to) || order.includes(-1);
    const block = this.tables.get(name) ?? { columns: same ? columns : wanted, sum: new LineSum() };
    this.tables.set(name, block);
    const add = (line: Buffer) => {
      block.sum.add(same ? line : reordered(line, order));
    };
    this.open = { name, add };
  }

  private call(text: string): void {
    if (text.startsWith(LO_WRITE)) {
      const { oid, pieces } = this.largeObject;
      this.largeObject.pieces += 1;
      this.largeObjects.add(Buffer.from(`${oid} ${pieces} ${text}`));
      return;
    }
    const [, oid] = LO_OPEN.exec(text) ?? [];
    if (oid !== undefined) this.largeObject = { oid, pieces: 0 };
    const set = parseSequenceSet(text);
    if (set !== undefined) this.sequences.set(...set);
  }
}

/** A tab in a value is escaped, so each tab is a border. */
function reordered(line: Buffer, order: readonly number[]): Buffer {
  const values = line.toString('latin1').split('\t');
  return Buffer.from(order.map((from) => values[from] ?? '').join('\t'), 'latin1');
}
