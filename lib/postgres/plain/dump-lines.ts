/** Reads the lines of a plain dump as psql does: rows of COPY are rows, whatever stands in them. */
import { SqlLexer, type LexerEvents, type Statement } from './sql-lexer';

const ROWS_FOLLOW = /^COPY\s[^;]*\sFROM\s+STDIN\b/i;
const STRINGS = /^SET\s+(?:SESSION\s+|LOCAL\s+)?standard_conforming_strings\s*(?:=|\sTO\s)\s*(\w+)$/i;

/** What stands in double quotes is a name and never a word of SQL. */
export function withoutNames(text: string): string {
  return text.replace(/"(?:[^"]|"")*"/g, '""');
}

export class DumpLines {
  /** Of the line that was read last; the first is 1. */
  lineNumber = 0;
  /** How many blocks of rows follow the line that is being read. */
  private blocks = 0;
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
    });
  }

  /** @returns the command of psql that the line is, where it is nothing else */
  line(bytes: Buffer): string | undefined {
    this.lineNumber += 1;
    this.command = undefined;
    if (this.blocks > 0) {
      if (isEndOfRows(bytes)) this.blocks -= 1;
      return undefined;
    }
    this.lexer.line(bytes.toString('latin1'), this.lineNumber);
    return this.command;
  }

  /** @returns whether the rows of a COPY have no end */
  end(): boolean {
    this.lexer.end();
    return this.blocks > 0;
  }

  private statement(statement: Statement): void {
    const text = withoutNames(statement.text);
    if (ROWS_FOLLOW.test(text)) this.blocks += 1;
    const strings = STRINGS.exec(text)?.[1];
    if (strings !== undefined) this.lexer.standardStrings = !/^(?:off|false|no|0)$/i.test(strings);
    this.events.statement(statement);
  }
}

function isEndOfRows(bytes: Buffer): boolean {
  const length = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
  return length === 2 && bytes[0] === 0x5c && bytes[1] === 0x2e;
}
