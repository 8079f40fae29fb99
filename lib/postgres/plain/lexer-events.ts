/** What the lexer of SQL tells of a dump. */

export interface Statement {
  /** Without comments, and without what stands in quotes; names keep theirs. Its beginning, where it is long. */
  readonly text: string;
  /** What stands in its strings and bodies, one after the other. Its beginning, where it is long. */
  readonly quoted: string;
  /** Where it begins. */
  readonly line: number;
}

export interface LexerEvents {
  statement(statement: Statement): void;
  /** One of psql's own: the backslash and the rest of its line. @param alone nothing stands before it */
  command(text: string, alone: boolean): void;
  /** A comment of one line, with its dashes. */
  comment(text: string): void;
  /** What no pg_dump writes: server or psql may see other statements in it than we do. */
  doubt(text: string): void;
}
