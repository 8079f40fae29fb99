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
     AND ($2::text IS NULL OR n.nspname ~ $2)`;

// Every name is qualified: it runs under a search_path that users may have set.
const VISIBLE = `
  SELECT t.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS t(oid) WHERE pg_catalog.pg_table_is_visible(t.oid)`;

/**
 * Oids of the tables that patterns mean, and the patterns that mean none. Needs a session with an empty search_path;
 * a pattern without a schema means what the default one shows, as for pg_dump.
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
    const matching = rows.map(({ oid }) => oid);
    const meant = schema === undefined ? await visible(client, matching) : matching;
    if (meant.length === 0) unmatched.push(pattern);
    for (const oid of meant) oids.add(oid);
  }
  return { oids, unmatched };
}

async function visible(client: Client, oids: readonly number[]): Promise<number[]> {
  await client.query('RESET search_path');
  const { rows } = await client.query<{ oid: number }>(VISIBLE, [oids]);
  await client.query("SET search_path = ''");
  return rows.map(({ oid }) => oid);
}
