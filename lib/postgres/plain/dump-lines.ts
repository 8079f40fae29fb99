/** Reads the lines of a plain dump as psql does: rows of COPY are rows, whatever stands in them. */
import { readingAfter, readsAlike, type Reading } from './reading';
import type { LexerEvents, Statement } from './lexer-events';
import { SqlLexer } from './sql-lexer';
import { withoutNames } from './without-names';

const COPY = /^COPY\b/i;
/** As pg_dump writes it. Of another one it is not certain that rows follow, or where they end. */
const ROWS_FOLLOW =
  /^COPY\s+[\w$."\x80-\xff]+\s*(?:\([\w$",\s\x80-\xff]*\))?\s*(?:WITH\s+OIDS\s+)?FROM\s+STDIN$/i;
/** Words so far apart that the end of a statement's text, which is cut off, may say what it is. */
const FAR_APART = /^\w+\s{1000}/;

export class DumpLines {
  /** Of the line that was read last; the first is 1. */
  lineNumber = 0;
  /** As pg_dump's own statements set it. */
  reading: Reading = { encoding: undefined, standardStrings: true };
  /** How many blocks of rows follow the line that is being read. */
  private blocks = 0;
  /** How many statements ended on the line that was read last. */
  private ended = 0;
  private command: string | undefined;
  private readonly lexer: SqlLexer;

  constructor(private readonly events: LexerEvents) {
    this.lexer = new SqlLexer({
      statement: (statement) => {
        this.statement(statement);
      },
      command: (text, alone) => {
        this.command = alone ? text : undefined;
        events.command(text, alone);
      },
      comment: (text) => {
        events.comment(text);
      },
      doubt: (text) => {
        events.doubt(text);
      },
    });
  }

  /** Between two statements, and no rows follow. */
  get idle(): boolean {
    return this.blocks === 0 && this.lexer.idle;
  }

  /** Whether the line that was read last may have changed how the next is read: its statements may run any code. */
  get ran(): boolean {
    return this.ended > 0;
  }

  /** @returns the command of psql that the line is, where it is nothing else */
  line(bytes: Buffer): string | undefined {
    this.lineNumber += 1;
    this.command = undefined;
    // The end of a string to psql.
    if (bytes.includes(0)) this.events.doubt(bytes.toString('latin1'));
    if (this.blocks > 0) {
      if (isEndOfRows(bytes)) this.blocks -= 1;
      return undefined;
    }
    this.sql(bytes.toString('latin1'));
    return this.command;
  }

  /** @returns whether the rows of a COPY have no end */
  end(): boolean {
    this.lexer.end();
    return this.blocks > 0;
  }

  private sql(text: string): void {
    this.ended = 0;
    this.lexer.line(text, this.lineNumber);
    const goesOn = this.ended > 0 && !this.lexer.idle;
    // What the first does to the reading, the server knows at once, and psql on the next line.
    if (goesOn || (this.ended > 1 && !readsAlike(text))) this.events.doubt(text);
  }

  private statement(statement: Statement): void {
    this.ended += 1;
    const text = withoutNames(statement.text);
    if (ROWS_FOLLOW.test(text)) this.blocks += 1;
    else if (COPY.test(text) || FAR_APART.test(text)) this.events.doubt(statement.text);
    this.reading = readingAfter(statement, this.reading);
    this.lexer.standardStrings = this.reading.standardStrings;
    this.events.statement(statement);
  }
}

function isEndOfRows(bytes: Buffer): boolean {
  const length = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
  return length === 2 && bytes[0] === 0x5c && bytes[1] === 0x2e;
}
