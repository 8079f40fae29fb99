/** `backstop restore --table`: chosen tables into a side database, and which of their rows the running one lacks. */
import { Option } from 'commander';
import { Failure } from '../contract/failure';
import type { MissingRows, MissingRowsRequest } from '../operations/missing-rows';
import type { RestoreRequest, RestoreTools } from '../operations/restore-request';
import { restoreTables, type RestoreTablesResult } from '../operations/restore-tables';
import { readableName } from '../postgres/compare/identifiers';
import { connectionTarget } from '../postgres/connection';
import * as shared from './options';
import { restoreSummary, restoreText } from './restore-text';

export interface RestoreTablesOptions {
  readonly table?: readonly string[];
  readonly rowsMissingIn?: string;
  readonly script?: string;
}

export const RESTORE_TABLES_EXAMPLES = `
  backstop restore newest --to postgres://localhost --target-database shop_side --table invoice --table 'crm.*'
  backstop restore newest --to postgres://localhost --target-database shop_side --table invoice --rows-missing-in postgres://localhost/shop`;

/** What would be passed over in silence: it is for whole points. */
const NOT_OF_TABLES = ['swap', 'replace', 'hooks'];

export function tableOptions(): Option[] {
  return [
    new Option('--table <patterns...>', 'only these tables, with all that they need')
      .argParser(shared.commaSeparated)
      .conflicts(NOT_OF_TABLES),
    new Option(
      '--rows-missing-in <url>',
      'with --table: find the rows that this database (postgres://user@host/name) lacks, and write a script that puts them back',
    ),
    new Option('--script <file>', 'name of that script (default: <target database>-missing-rows.sql here)'),
  ];
}

/** @returns undefined where the whole point is wanted. @throws Failure `usage` */
export function tablesRequest(
  { table = [], rowsMissingIn, script }: RestoreTablesOptions,
  targetDatabase: string,
  environment: NodeJS.ProcessEnv,
): { readonly tables: readonly string[]; readonly missingRows?: MissingRowsRequest } | undefined {
  if (table.length === 0) {
    const option = rowsMissingIn === undefined ? '--script' : '--rows-missing-in';
    if (rowsMissingIn === undefined && script === undefined) return undefined;
    throw new Failure('usage', `${option} is given without --table.`, {
      hint: 'Name the tables by --table.',
    });
  }
  if (rowsMissingIn === undefined) {
    if (script === undefined) return { tables: table };
    throw new Failure('usage', '--script is given without --rows-missing-in.', {
      hint: 'Name the running database by --rows-missing-in postgres://user@host/name.',
    });
  }
  return {
    tables: table,
    missingRows: {
      live: connectionTarget(rowsMissingIn, environment),
      script: script ?? `${targetDatabase.replaceAll('/', '_')}-missing-rows.sql`,
    },
  };
}

export async function runTables(
  request: RestoreRequest & NonNullable<ReturnType<typeof tablesRequest>>,
  tools: RestoreTools,
): Promise<{ readonly result: RestoreTablesResult; readonly summary: unknown; readonly text: () => string }> {
  const result = await restoreTables(request, tools);
  return {
    result,
    summary: restoreSummary(result),
    text: () => [restoreText(result), ...textOfMissing(result.missingRows)].join('\n'),
  };
}

function textOfMissing(missing: MissingRows | undefined): string[] {
  if (missing === undefined) return [];
  return [
    ...missing.tables.flatMap(({ rows, firstKeys, ...table }) => [
      `  missing     ${rows} rows of ${readableName(table)}${rows === 0 ? '' : `, by key: ${shown(firstKeys, rows)}`}`,
    ]),
    missing.script === undefined
      ? '  No row is missing, and no script was written.'
      : `  ${missing.script} puts them back. Look at it, then run it with psql: nothing was changed there.`,
  ];
}

function shown(keys: MissingRows['tables'][number]['firstKeys'], rows: number): string {
  const first = keys.map((key) => (key.length === 1 ? (key[0] ?? '') : `(${key.join(', ')})`)).join(', ');
  return rows > keys.length ? `${first}, …` : first;
}
