/**
 * The script that puts missing rows back: plain INSERT statements in one transaction. Each value is a literal without a type, in
 * the form in which its type writes it: so it is read by the type of its column, and nothing is cut to fit.
 */
import { escapeIdentifier, type Client } from 'pg';
import { onOneLine } from '../part/archive-items';
import { qualifiedName } from '../tables';
import { joined, pages, type GoneRows, type GoneTable } from './gone-rows';

export interface ScriptHead {
  /** For example `shop 20261120T020000Z-0a1b2c, as of 2026-11-20T02:00:00Z`. */
  readonly point: string;
  readonly writtenAt: string;
  /** Where the rows are missing; no password. */
  readonly live: string;
}

const ROWS_AT_A_TIME = 100;

/** As the values were written (pin-settings.ts); triggers keep the search_path of whoever runs it. */
const SETTINGS = [
  `SET LOCAL client_encoding = 'UTF8';`,
  `SET LOCAL DateStyle = 'ISO, YMD';`,
  `SET LOCAL IntervalStyle = 'postgres';`,
  `SET LOCAL TimeZone = 'UTC';`,
  `SET LOCAL lc_monetary = 'C';`,
  `SET LOCAL xmloption = content;`,
  'SET CONSTRAINTS ALL DEFERRED;',
];

/** @param side as findGoneRows left it @returns pieces of text, as they are read */
export async function* scriptOf(
  side: Client,
  { tables, warnings }: GoneRows,
  head: ScriptHead,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield [...headOf(tables, warnings, head), '\\set ON_ERROR_STOP on', 'BEGIN;', ...SETTINGS, ''].join('\n');
  for (const table of tables.filter(({ rows }) => rows > 0)) yield* insertsOf(side, table, signal);
  yield '\nCOMMIT;\n';
}

function headOf(tables: readonly GoneTable[], warnings: readonly string[], head: ScriptHead): string[] {
  return [
    `Rows that the recovery point ${head.point}, has, and ${head.live} has not.`,
    `Written by backstop at ${head.writtenAt}. Nothing was changed there. Look at it, then run it with psql.`,
    'It changes no row that is there, and its second run changes nothing. Triggers of the tables fire.',
    ...tables.map((table) => `${qualifiedName(table)}: ${table.rows}`),
    ...warnings,
  ].map((line) => `-- ${onOneLine(line)}`);
}

async function* insertsOf(side: Client, table: GoneTable, signal: AbortSignal): AsyncGenerator<string> {
  const columns = table.columns.map(escapeIdentifier);
  const values = columns.map((column) => `pg_catalog.format('%L', s.${column})`).join(` || ', ' || `);
  const query = `SELECT '(' || ${values} || ')' AS row ${joined(table, table.key, table.places)}`;
  const begin = `\nINSERT INTO ${qualifiedName(table)} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES\n`;
  const end = '\nON CONFLICT DO NOTHING;\n';
  let open = false;
  for await (const page of pages<string>(side, query, ROWS_AT_A_TIME, signal)) {
    yield `${open ? ',\n' : begin}${page.join(',\n')}`;
    // A foreign key is looked at when a statement ends: rows that name one another go in together.
    open = table.namesItself;
    if (!open) yield end;
  }
  if (open) yield end;
}
