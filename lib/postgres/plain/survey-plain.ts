/** What a plain dump says of itself, and what it would do beside filling its database: read before anything runs. */
import { nameDecoder } from '../compare/name-decoder';
import { LineSplitter } from '../compare/line-splitter';
import { DumpLines } from './dump-lines';
import { rolesCreated, rolesNamed } from './named-roles';
import { CONNECT, isFence } from './psql-commands';
import { changesReading, saysOldStrings } from './reading';
import type { Statement } from './lexer-events';
import { controlsTransaction, isTransactionLine } from './transactions';
import { withoutNames } from './without-names';

export interface Found {
  readonly line: number;
  /** Its beginning. */
  readonly text: string;
}

export interface PlainSurvey {
  /** As the header says it, for example `15.18 (Debian 15.18-0+deb12u1)`; undefined where it does not. */
  readonly serverVersion: string | undefined;
  readonly pgDumpVersion: string | undefined;
  readonly encoding: string;
  /** pg_dump's last line, with no statement after it. */
  readonly complete: boolean;
  /** It ends inside a COPY. */
  readonly cutInRows: boolean;
  /** Statements and commands that make, change, drop or enter another database, or end the transaction. */
  readonly otherDatabases: readonly Found[];
  /** Other commands of psql's own. */
  readonly commands: readonly Found[];
  /** What psql or the server may read otherwise than we do: then nothing here is certain. */
  readonly doubts: readonly Found[];
  /** A backslash in plain quotes escapes. */
  readonly oldStrings: readonly Found[];
  /** That it names and does not make itself. */
  readonly roles: readonly string[];
}

const SERVER = /^-- Dumped from database version (\S.*?)\s*$/;
const PG_DUMP = /^-- Dumped by pg_dump version (\S.*?)\s*$/;
const LAST_LINE = /^-- PostgreSQL database (?:cluster )?dump complete\s*$/;
const OTHER_DATABASE = /^(?:CREATE|DROP|ALTER)\s+DATABASE\b/i;
const ENCODING = /^\s*SET\s+client_encoding\s*(?:=|\sTO\s)\s*'?([\w-]+)/i;
const SHOWN = 80;
const EXAMPLES = 100;

/** @throws what the chunks throw */
export async function surveyPlain(chunks: AsyncIterable<Uint8Array>): Promise<PlainSurvey> {
  const survey = new Survey();
  const lines = new LineSplitter((line) => {
    survey.line(line);
  });
  for await (const chunk of chunks) lines.push(chunk);
  lines.end();
  return survey.result();
}

class Survey {
  private serverVersion: string | undefined;
  private pgDumpVersion: string | undefined;
  private encoding: string | undefined;
  private lastLine = false;
  private readonly otherDatabases: Found[] = [];
  private readonly commands: Found[] = [];
  private readonly doubts: Found[] = [];
  private readonly oldStrings: Found[] = [];
  /** The line that is being read is one of pg_dump's around large objects. */
  private transactionLine = false;
  private readonly named = new Set<string>();
  private readonly created = new Set<string>();
  private readonly lines = new DumpLines({
    statement: (statement) => {
      this.statement(statement);
    },
    command: (text, alone) => {
      if (!alone || !isFence(text)) this.command(text, alone);
    },
    comment: (text) => {
      this.comment(text);
    },
    doubt: (text) => {
      add(this.doubts, this.lines.lineNumber, text);
    },
  });

  line(bytes: Buffer): void {
    // What it says of the encoding stands in quotes, which the lexer leaves out.
    if (this.encoding === undefined && bytes.length < 100)
      this.encoding = ENCODING.exec(bytes.toString('latin1'))?.[1];
    this.transactionLine =
      bytes.length < 100 && this.lines.idle && isTransactionLine(bytes.toString('latin1'));
    this.lines.line(bytes);
  }

  result(): PlainSurvey {
    const cutInRows = this.lines.end();
    const { serverVersion, pgDumpVersion, encoding = 'UTF8', otherDatabases } = this;
    const { commands, doubts, oldStrings, created } = this;
    const decoder = nameDecoder(encoding);
    const missing = [...this.named].filter((role) => !created.has(role));
    return {
      serverVersion,
      pgDumpVersion,
      encoding,
      complete: this.lastLine,
      cutInRows,
      otherDatabases,
      commands,
      doubts,
      oldStrings,
      roles: missing.map((role) => decoder.decode(Buffer.from(role, 'latin1'))).sort(),
    };
  }

  private comment(text: string): void {
    if (LAST_LINE.test(text)) this.lastLine = true;
    this.serverVersion ??= SERVER.exec(text)?.[1];
    this.pgDumpVersion ??= PG_DUMP.exec(text)?.[1];
  }

  private statement(statement: Statement): void {
    const { text, line } = statement;
    this.lastLine = false;
    const words = withoutNames(text);
    if (OTHER_DATABASE.test(words) || (controlsTransaction(words) && !this.transactionLine))
      add(this.otherDatabases, line, text);
    if (changesReading(statement)) add(saysOldStrings(text) ? this.oldStrings : this.doubts, line, text);
    for (const role of rolesNamed(text)) this.named.add(role);
    for (const role of rolesCreated(text)) this.created.add(role);
  }

  private command(text: string, alone: boolean): void {
    add(alone && CONNECT.test(text) ? this.otherDatabases : this.commands, this.lines.lineNumber, text);
  }
}

function add(found: Found[], line: number, text: string): void {
  // One line, without what would move the cursor of a terminal.
  const shown = text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, SHOWN);
  if (found.length < EXAMPLES) found.push({ line, text: shown });
}
