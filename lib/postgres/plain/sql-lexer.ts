/**
 * Where psql sees statements, and where its own commands, in a line of SQL: by the rules of its lexer, so that text in
 * quotes, comments, bodies of functions is none of it.
 * https://github.com/postgres/postgres/blob/master/src/fe_utils/psqlscan.l
 */
import type { LexerEvents } from './lexer-events';

type Mode = 'code' | 'comment' | 'string' | 'escape' | 'name' | 'dollar';

const LONGEST_KEPT = 64 * 1024;
const TOKEN =
  /--|\/\*|[eE]'|[uU]&['"]|[bBxX]'|['"\\;()]|\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$|[A-Za-z_\x80-\xff][\w$\x80-\xff]*/g;
const END_OF: Readonly<Record<Exclude<Mode, 'code' | 'dollar'>, RegExp>> = {
  comment: /\/\*|\*\//g,
  string: /'/g,
  escape: /\\|'/g,
  name: /"/g,
};
/** Semicolons between BEGIN and END of such a function do not end the statement. */
const SQL_BODY = /^\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/i;
/** All that such a body may hold; the server takes anything else for a statement of its own, and psql does not. */
const OF_BODY = /^(?:select|insert|update|delete|merge|values|with|table|return|end|\()$/i;

export class SqlLexer {
  private mode: Mode = 'code';
  private tag = '';
  private nested = 0;
  private parens = 0;
  private begins = 0;
  /** Which words may come next, where only few may. */
  private expected: RegExp | undefined;
  private kept = '';
  private keptQuoted = '';
  /** Nothing but blanks is kept. */
  private blank = true;
  private since = 0;
  /** An escaped string goes on after a line break: its second part has no E. */
  private endedAt: { readonly line: number; readonly mode: Mode } | undefined;
  private lineNumber = 0;
  /** False: a backslash in plain quotes escapes, as very old dumps have it. */
  standardStrings = true;

  constructor(private readonly events: LexerEvents) {}

  /** Between two statements. */
  get idle(): boolean {
    return this.mode === 'code' && this.blank;
  }

  /** @param text of one line, a byte a character, without its line break */
  line(text: string, lineNumber: number): void {
    this.lineNumber = lineNumber;
    let at = 0;
    while (at < text.length) at = this.mode === 'code' ? this.code(text, at) : this.quoted(text, at);
    if (this.mode !== 'comment') this.keep('\n');
  }

  /** What stands after the last semicolon is sent, too. */
  end(): void {
    if (!this.blank) this.complete();
  }

  private code(text: string, from: number): number {
    TOKEN.lastIndex = from;
    const match = TOKEN.exec(text);
    const at = match?.index ?? text.length;
    this.meet(text.slice(from, at));
    this.keep(text.slice(from, at));
    if (match === null) return at;
    const [token] = match;
    const after = at + token.length;
    if (token === '\\') return this.backslash(text, at);
    if (token === '--') return this.comment(text, at);
    if (token === ';') this.semicolon();
    else if (!this.opens(token)) this.word(token);
    return after;
  }

  /** To psql a carriage return ends a line of SQL. */
  private comment(text: string, at: number): number {
    const end = text.indexOf('\r', at);
    const after = end === -1 ? text.length : end;
    this.events.comment(text.slice(at, after));
    return after;
  }

  /** @returns what had to come here, where that was said */
  private meet(text: string): RegExp | undefined {
    const { expected } = this;
    if (expected === undefined || /^\s*$/.test(text)) return undefined;
    this.expected = undefined;
    if (!expected.test(text)) this.events.doubt(`${this.kept}${text}`);
    return expected;
  }

  /** @returns whether something begins here that ends elsewhere */
  private opens(token: string): boolean {
    const goesOn = this.endedAt;
    this.endedAt = undefined;
    const quote = token.at(-1);
    if (token === '/*') {
      this.nested = 1;
      this.mode = 'comment';
    } else if (quote === "'") this.mode = this.stringMode(token, goesOn);
    else if (quote === '"') this.mode = 'name';
    else if (quote === '$' && token.startsWith('$')) {
      this.tag = token;
      this.mode = 'dollar';
    } else return false;
    if (token !== '/*') this.meet(token);
    // A comment parts words, as a blank does.
    this.keep(token === '/*' ? ' ' : token);
    return true;
  }

  private stringMode(token: string, goesOn: typeof this.endedAt): Mode {
    if (/^e/i.test(token)) return 'escape';
    if (token.length > 1) return 'string';
    if (goesOn !== undefined && goesOn.line < this.lineNumber) {
      this.events.doubt(this.kept);
      return goesOn.mode;
    }
    return this.standardStrings ? 'string' : 'escape';
  }

  private word(token: string): void {
    const first = this.meet(token) === OF_BODY;
    this.keep(token);
    if (token === '(') this.parens += 1;
    else if (token === ')') this.parens = Math.max(0, this.parens - 1);
    else if (this.parens === 0 && /^(?:begin|case|end)$/i.test(token) && SQL_BODY.test(this.kept)) {
      this.ofBody(token.toLowerCase(), first);
    }
  }

  /** @param first the first word of a statement within the body */
  private ofBody(word: string, first: boolean): void {
    if (word === 'begin' && this.begins === 0) this.expected = /^atomic$/i;
    if (word === 'begin' || (word === 'case' && this.begins > 0)) this.begins += 1;
    if (word !== 'end') return;
    this.begins = Math.max(0, this.begins - 1);
    if (first && this.begins > 0) this.events.doubt(this.kept);
  }

  private semicolon(): void {
    if (this.parens === 0 && this.begins === 0) {
      this.complete();
      return;
    }
    if (this.expected !== undefined && this.expected !== OF_BODY) this.events.doubt(this.kept);
    if (this.parens === 0) this.expected = OF_BODY;
    this.keep(';');
  }

  private backslash(text: string, at: number): number {
    // Of these two psql itself makes a character of SQL: two statements come to the server as one.
    if (text[at + 1] === ';' || text[at + 1] === ':') {
      this.events.doubt(`${this.kept}${text.slice(at)}`);
      this.keep(text[at + 1] ?? '');
      return at + 2;
    }
    this.events.command(text.slice(at), at === 0 && this.blank);
    return text.length;
  }

  private complete(): void {
    const { kept, keptQuoted: quoted, blank, since: line } = this;
    this.expected = undefined;
    this.kept = '';
    this.keptQuoted = '';
    this.blank = true;
    this.parens = 0;
    this.begins = 0;
    this.endedAt = undefined;
    if (!blank) this.events.statement({ text: kept.trim(), quoted, line });
  }

  private quoted(text: string, from: number): number {
    const { mode } = this;
    if (mode === 'code') return from;
    if (mode === 'dollar') return this.inBody(text, from);
    const pattern = END_OF[mode];
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    const at = match?.index ?? text.length;
    if (mode === 'name') this.keep(text.slice(from, at));
    else if (mode !== 'comment') this.keepQuoted(text.slice(from, at));
    if (match === null) return at;
    const [found] = match;
    if (mode === 'comment') return this.inComment(found, at);
    // A backslash takes the next character with it, a doubled quote is one in the text.
    if (found === '\\' || text[at + 1] === found) {
      if (mode === 'name') this.keep('""');
      else this.keepQuoted(text.slice(at, at + 2));
      return at + 2;
    }
    return this.close(at, found, text);
  }

  private inBody(text: string, from: number): number {
    const at = text.indexOf(this.tag, from);
    this.keepQuoted(text.slice(from, at === -1 ? text.length : at));
    return this.close(at, this.tag, text);
  }

  private inComment(found: string, at: number): number {
    this.nested += found === '/*' ? 1 : -1;
    if (this.nested === 0) this.mode = 'code';
    return at + 2;
  }

  private close(at: number, end: string, text: string): number {
    if (at === -1) return text.length;
    const { mode, lineNumber: line } = this;
    this.mode = 'code';
    this.keep(end);
    if (mode === 'escape') this.endedAt = { line, mode };
    return at + end.length;
  }

  private keep(text: string): void {
    if (text.trim() !== '') {
      if (this.blank) {
        this.kept = '';
        this.since = this.lineNumber;
      }
      this.blank = false;
      if (this.mode === 'code') this.endedAt = undefined;
    }
    if (this.kept.length < LONGEST_KEPT) this.kept += text;
  }

  private keepQuoted(text: string): void {
    if (this.keptQuoted.length < LONGEST_KEPT) this.keptQuoted += `${text}\n`;
  }
}
