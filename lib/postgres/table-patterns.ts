/**
 * Patterns of tables as psql and pg_dump read them: `*` any characters, `?` one, `schema.table`, lower case unless
 * quoted. https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-PATTERNS
 */
import type { Client } from 'pg';
import { Failure } from '../contract/failure';

export interface TablePattern {
  /** Anchored regular expressions of PostgreSQL; no schema: whatever the default search_path shows. */
  readonly schema: string | undefined;
  readonly name: string;
}

/** @throws Failure `usage` for more than schema and table, or an open quote */
export function parseTablePattern(pattern: string): TablePattern {
  const parts: string[] = [''];
  let quoted = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    if (character === '"') {
      if (quoted && pattern.charAt(index + 1) === '"') index++;
      else {
        quoted = !quoted;
        continue;
      }
    }
    if (character === '.' && !quoted) parts.push('');
    else parts.push((parts.pop() ?? '') + regexOf(character, quoted));
  }
  const [first = '', second] = parts;
  if (quoted || parts.length > 2) {
    throw new Failure(
      'usage',
      `The table pattern ${pattern} cannot be read; write table, schema.table or "Quoted"."Name".`,
    );
  }
  return second === undefined
    ? { schema: undefined, name: `^(${first})$` }
    : { schema: `^(${first})$`, name: `^(${second})$` };
}

function regexOf(character: string, quoted: boolean): string {
  if (quoted) return /\w/.test(character) ? character : `\\${character}`;
  if (character === '*') return '.*';
  if (character === '?') return '.';
  if (character === '$') return '\\$';
  return character.toLowerCase();
}

const MATCHING = `
  SELECT c.oid::bigint::float8 AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname ~ $1
     AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname ~ $2 END`;

/**
 * Oids of the tables that patterns mean, and the patterns that mean none. Needs a session with the default
 * search_path, as pg_dump uses for this.
 */
export async function tablesMatching(
  client: Client,
  patterns: readonly string[],
): Promise<{ readonly oids: ReadonlySet<number>; readonly unmatched: readonly string[] }> {
  const oids = new Set<number>();
  const unmatched: string[] = [];
  for (const pattern of patterns) {
    const { schema, name } = parseTablePattern(pattern);
    const { rows } = await client.query<{ oid: number }>(MATCHING, [name, schema ?? null]);
    if (rows.length === 0) unmatched.push(pattern);
    for (const row of rows) oids.add(row.oid);
  }
  return { oids, unmatched };
}
