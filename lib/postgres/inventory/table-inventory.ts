/** Counts and, where asked, hashes one table. */
import { DatabaseError, type Client } from 'pg';
import type { ContentHash, TableInventory } from '../../contract/inventory';
import { reliesOnSearchPath } from '../refused-query';
import type { Table } from '../tables';
import { undone } from '../undone';
import { readSums, tableQuery, type Column, type Digests, type HashMethod } from './table-query';

/** A table's columns by name: hashed apart, because a restore computes generated ones anew. */
export interface TableColumns {
  readonly stored: readonly Column[];
  readonly generated: readonly Column[];
}

const COLUMNS = `
  SELECT a.attrelid::bigint::text AS oid, a.attname AS name, a.attgenerated AS generated,
         'bytea'::regtype IN (t.oid, t.typbasetype) AS binary
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY ($1::oid[])
   ORDER BY a.attname COLLATE "C"`;

/** Its functions run with every row that is written there anyway; the system's own come first. */
const OWN_SEARCH_PATH = `
  SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', nullif(reset_val, '')), true)
    FROM pg_settings WHERE name = 'search_path'`;

/** Columns of many tables in one query, by the table's oid. Virtual generated columns hold nothing and are left out. */
export async function columnsOf(
  client: Client,
  tables: readonly Table[],
): Promise<Map<number, TableColumns>> {
  const { rows } = await client.query<Column & { oid: string; generated: string }>(COLUMNS, [
    tables.map((table) => table.oid),
  ]);
  const columns = new Map(
    tables.map(({ oid }) => [oid, { stored: [] as Column[], generated: [] as Column[] }]),
  );
  for (const { oid, generated, name, binary } of rows) {
    if (generated === '') columns.get(Number(oid))?.stored.push({ name, binary });
    if (generated === 's') columns.get(Number(oid))?.generated.push({ name, binary });
  }
  return columns;
}

export interface TableOptions {
  /** @default - rows are only counted */
  readonly columns?: TableColumns | undefined;
  /** Where given, no other is tried. @default - by row, or by column where rows are too wide */
  readonly method?: HashMethod | undefined;
  /** Told where the planner met a function that works under the database's own search_path alone. */
  readonly onSearchPath?: (error: unknown) => void;
}

export async function inventoryOf(
  client: Client,
  table: Table,
  { columns, method, onSearchPath }: TableOptions,
): Promise<TableInventory> {
  const digests: Digests = columns === undefined ? {} : digestsOf(columns);
  const counted = () => hashed(client, (by) => tableQuery(table, digests, by), method);
  const [row, used] = await counted().catch((error: unknown) => {
    if (!reliesOnSearchPath(error)) throw error;
    onSearchPath?.(error);
    return undone(client, async () => {
      await client.query(OWN_SEARCH_PATH);
      return counted();
    });
  });
  const hash = (prefix: string): ContentHash | undefined => {
    const hashedColumns = digests[prefix]?.map(({ name }) => name);
    return hashedColumns && { method: used, columns: hashedColumns, sums: readSums(row, prefix) };
  };
  const content = hash('content');
  const generated = hash('generated');
  return {
    ...{ schema: table.schema, name: table.name, rows: Number(row['rows']), bytes: table.bytes },
    ...(content && { content }),
    ...(generated && { generated }),
  };
}

function digestsOf({ stored, generated }: TableColumns): Digests {
  return generated.length === 0 ? { content: stored } : { content: stored, generated };
}

type Row = Record<string, unknown>;

/** By row, and where a row is too wide for one text, by column. */
async function hashed(
  client: Client,
  sql: (method: HashMethod) => string,
  method?: HashMethod,
): Promise<[Row, HashMethod]> {
  const run = async (by: HashMethod): Promise<[Row, HashMethod]> => {
    const { rows } = await client.query<Row>(sql(by));
    return [rows[0] ?? {}, by];
  };
  if (method !== undefined) return undone(client, () => run(method));
  try {
    return await undone(client, () => run('row'));
  } catch (error) {
    if (!isTooWide(error)) throw error;
    return run('column');
  }
}

/** A text is limited to 1 GiB: program_limit_exceeded, or a refused allocation as an internal error. */
function isTooWide(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return error.code === '54000' || (error.code === 'XX000' && error.message.includes('memory alloc'));
}
