/**
 * What decides how psql and the server read the SQL that follows: its encoding, and what a backslash in quotes means. A dump
 * that changes it in another way than pg_dump does could show them other statements than us. Pure.
 */
import type { Statement } from './lexer-events';
import { withoutNames } from './without-names';

/** As psql and the server read a text. */
export interface Reading {
  /** Undefined where the dump has not said it. */
  readonly encoding: string | undefined;
  readonly standardStrings: boolean;
}

/** Those of servers: in each, a byte below 0x80 is always itself. https://www.postgresql.org/docs/current/multibyte.html */
const ENCODINGS =
  /^(?:EUC_(?:CN|JIS_2004|JP|KR|TW)|ISO_8859_[5-8]|KOI8[RU]|LATIN(?:[1-9]|10)|MULE_INTERNAL|SQL_ASCII|UTF8|WIN(?:125[0-8]|866|874))$/;
const SET_ENCODING = /^SET client_encoding = ''$/;
const SET_STRINGS = /^SET standard_conforming_strings = (on|off)$/;
const DECIDES = /\b(?:client_encoding|standard_conforming_strings|backslash_quote|escape_string_warning)\b/i;
const SET_NAMES = /^SET\s+(?:SESSION\s+|LOCAL\s+)?NAMES\b/i;
/** They write the name down, and set nothing. */
const ONLY_WRITES =
  /^(?:CREATE|COMMENT|INSERT|COPY|GRANT|REVOKE|ALTER\s+(?!(?:AGGREGATE|DATABASE|FUNCTION|PROCEDURE|ROLE|ROUTINE|SYSTEM|USER)\b))/i;
/** As pg_dump writes it of a server that has it so. */
const OF_OLD_TIMES = /^SET (?:standard_conforming_strings|escape_string_warning) = off$/;

/** @returns the reading from here on, where a statement of pg_dump sets it */
export function readingAfter({ text, quoted }: Statement, before: Reading): Reading {
  const strings = SET_STRINGS.exec(text)?.[1];
  if (strings !== undefined) return { ...before, standardStrings: strings === 'on' };
  const encoding = SET_ENCODING.test(text) ? quoted.trimEnd() : '';
  return ENCODINGS.test(encoding) ? { ...before, encoding } : before;
}

/** @returns whether a statement may change the reading otherwise than pg_dump says it */
export function changesReading({ text, quoted }: Statement): boolean {
  if (/^SET standard_conforming_strings = on$/.test(text)) return false;
  if (SET_ENCODING.test(text)) return !ENCODINGS.test(quoted.trimEnd());
  if (SET_NAMES.test(text)) return true;
  return !ONLY_WRITES.test(withoutNames(text)) && (DECIDES.test(text) || DECIDES.test(quoted));
}

/** @returns whether it only says that a backslash in plain quotes escapes */
export function saysOldStrings(text: string): boolean {
  return OF_OLD_TIMES.test(text);
}

/** One statement that sets it: none of its bytes means anything else in any reading. */
export function settingOf({ encoding, standardStrings }: Reading): string {
  const strings = `pg_catalog.set_config('standard_conforming_strings', '${standardStrings ? 'on' : 'off'}', false)`;
  return encoding === undefined
    ? `RESET client_encoding; SELECT ${strings};\n`
    : `SELECT pg_catalog.set_config('client_encoding', '${encoding}', false), ${strings};\n`;
}

/** Whether a line is the same in every reading, where nothing of a statement stands before it. */
export function readsAlike(line: string): boolean {
  return !/[\x80-\xff]|\\(?:['\\]|$)/.test(line);
}
