/**
 * The query that counts and hashes one table's rows in one pass.
 *
 * A row becomes bytes in which NULL, '' and the borders between columns cannot be confused: by method `row` the text
 * of ROW(…), by method `column` a mark per column and, unless it is NULL, the SHA-256 of its value. The digests'
 * first 128 bits are summed in two lanes of 64; a sum, unlike XOR, does not cancel doubled rows.
 */
import { escapeIdentifier } from 'pg';
import type { ContentHash } from '../../contract/inventory';
import { qualifiedName, type Table } from '../tables';

export type HashMethod = ContentHash['method'];

export interface Column {
  readonly name: string;
  /** Binary values are hashed as they are by method `column`: their text would be twice as long. */
  readonly binary: boolean;
}

export const LANES = 2;

/** Sums of `digest`'s lanes, as text columns named prefix0, prefix1; `digest` is an SQL name of a bytea in hex. */
export function laneSums(digest: string, prefix: string): string {
  const lane = (index: number) => `('x' || substr(${digest}, ${index * 16 + 1}, 16))::bit(64)::bigint`;
  return Array.from({ length: LANES }, (_, i) => `coalesce(sum(${lane(i)}), 0)::text AS ${prefix}${i}`).join(
    ', ',
  );
}

/** Reads the sums that laneSums named. */
export function readSums(row: Readonly<Record<string, unknown>>, prefix: string): string[] {
  return Array.from({ length: LANES }, (_, i) => String(row[`${prefix}${i}`]));
}

/** Digests to take in one pass: the columns of each, by the prefix of its sums. */
export type Digests = Readonly<Record<string, readonly Column[]>>;

/** Rows, and the sums of each digest. Works under an empty search_path. */
export function tableQuery(table: Table, digests: Digests, method: HashMethod): string {
  const from = `FROM ONLY ${qualifiedName(table)} AS t ${table.extensionFilter ?? ''}`;
  const entries = Object.entries(digests);
  if (entries.length === 0) return `SELECT count(*)::text AS rows ${from}`;
  const hashes = entries.map(([prefix, columns]) => `${digest(columns, method)} AS ${prefix}`);
  const sums = entries.map(([prefix]) => laneSums(`s.${prefix}`, prefix));
  // OFFSET 0 keeps the planner from computing a digest once per lane.
  return `SELECT count(*)::text AS rows, ${sums.join(', ')} FROM (SELECT ${hashes.join(', ')} ${from} OFFSET 0) s`;
}

// No conversion: bytes that are not valid in another encoding must not stop a backup.
const bytesOf = (text: string) => `convert_to(${text}, getdatabaseencoding())`;

function digest(columns: readonly Column[], method: HashMethod): string {
  const bytes =
    method === 'row'
      ? bytesOf(`ROW(${columns.map(({ name }) => `t.${escapeIdentifier(name)}`).join(', ')})::text`)
      : [`''::bytea`, ...columns.map(columnDigest)].join(' || ');
  return `encode(sha256(${bytes}), 'hex')`;
}

/** IS NOT DISTINCT FROM NULL, because IS NULL also holds for a composite value whose fields are all null. */
function columnDigest({ name, binary }: Column): string {
  const value = `t.${escapeIdentifier(name)}`;
  const bytes = binary ? value : bytesOf(`format('%s', ${value})`);
  return `CASE WHEN ${value} IS NOT DISTINCT FROM NULL THEN '\\x00'::bytea ELSE '\\x01'::bytea || sha256(${bytes}) END`;
}
