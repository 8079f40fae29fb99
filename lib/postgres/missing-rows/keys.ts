/** Whether rows of a table can be told apart and put back: by its primary key, in the recovery point and in the live database. */
import type { Client } from 'pg';
import type { Catalog } from '../../contract/inventory';
import { identifiersIn, qualifiedFrom, readableName } from '../compare/identifiers';
import type { TableName } from '../part/choose-tables';
import { qualifiedName } from '../tables';

const PRIMARY_KEY = /^PRIMARY KEY \(((?:"(?:[^"]|"")*"|[^")])*)\)/;

/** Columns of each table's primary key, as the manifest has them, by qualified name (tables.ts). */
export function primaryKeys(catalog: Catalog): Map<string, string[]> {
  const keys = catalog.flatMap(({ kind, facts }) => {
    const [, columns] = PRIMARY_KEY.exec(String(facts['definition'])) ?? [];
    if (kind !== 'constraint' || columns === undefined) return [];
    return [[qualifiedName(qualifiedFrom(String(facts['table']))), identifiersIn(columns)] as const];
  });
  return new Map(keys);
}

const COLUMNS = `
  SELECT a.attname AS name FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`;

/** Why rows cannot be put back into the live database, in words. */
export async function faultsOfLive(
  live: Client,
  tables: readonly TableName[],
  keys: ReadonlyMap<string, readonly string[]>,
): Promise<string[]> {
  const faults: string[] = [];
  for (const table of tables) {
    const { rows } = await live.query<{ name: string }>(COLUMNS, [table.schema, table.name]);
    const there = new Set(rows.map(({ name }) => name));
    const missing = (keys.get(qualifiedName(table)) ?? []).filter((column) => !there.has(column));
    if (rows.length === 0) faults.push(`it has no table ${readableName(table)}`);
    else if (missing.length > 0)
      faults.push(`its table ${readableName(table)} lacks the key's column ${missing.join(', ')}`);
  }
  return faults;
}
