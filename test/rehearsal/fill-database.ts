/** A database of a given size with all that is awkward in it. */
import path from 'node:path';
import pLimit from 'p-limit';
import { query, type Cluster } from '../support/postgres-cluster';
import { run } from '../support/spawn';
import { BULK_ROWS, type BulkRows } from './bulk-rows';
import { LEDGER } from './ledger';

const SCHEMA = path.resolve(__dirname, '../fixtures/awkward-schema.sql');
const CONNECTIONS = 3;
const STATEMENT_ROWS = 50_000;
const FIRST_ROW = 1_000_000;

export interface FilledDatabase {
  readonly url: string;
  readonly bytes: number;
  readonly tables: number;
}

/** @param megabytes that pg_database_size answers with at least, of 2^20 bytes */
export async function fillDatabase(
  cluster: Cluster,
  name: string,
  megabytes: number,
): Promise<FilledDatabase> {
  const url = await cluster.createDatabase(name);
  await run(`${cluster.binDirectory}/psql`, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', SCHEMA, url]);
  await query(url, LEDGER);
  const bytes = megabytes * 2 ** 20;
  const limit = pLimit(CONNECTIONS);
  const statements = BULK_ROWS.flatMap((rows) => statementsFor(rows, bytes));
  await limit.map(statements, (statement) => query(url, statement));
  await query(url, 'ANALYZE');
  return demandSize(url, bytes);
}

/** The rows are made by the server, a part in each statement; triggers would refuse them. */
function statementsFor({ table, share, rowBytes, columns, values }: BulkRows, bytes: number): string[] {
  const end = FIRST_ROW + Math.ceil((bytes * share) / rowBytes);
  const starts = Array.from(
    { length: Math.ceil((end - FIRST_ROW) / STATEMENT_ROWS) },
    (_, n) => FIRST_ROW + n * STATEMENT_ROWS,
  );
  return starts.map(
    (start) => `SET session_replication_role = replica;
      INSERT INTO ${table} (${columns}) SELECT ${values}
        FROM generate_series(${start}::bigint, ${Math.min(end, start + STATEMENT_ROWS)} - 1) i`,
  );
}

async function demandSize(url: string, wanted: number): Promise<FilledDatabase> {
  const [row] = await query(
    url,
    `SELECT pg_database_size(current_database()) AS bytes,
            (SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text
              NOT IN ('pg_catalog', 'information_schema')) AS tables`,
  );
  const bytes = Number(row?.['bytes']);
  if (bytes < wanted) throw new Error(`The database has ${bytes} bytes; at least ${wanted} were wanted.`);
  return { url, bytes, tables: Number(row?.['tables']) };
}
