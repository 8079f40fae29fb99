/**
 * One snapshot for dump and inventory. The holder locks every table BEFORE its first query, because TRUNCATE and
 * rewriting ALTER TABLE are not MVCC-safe: a snapshot older than the locks can see tables emptied that it should see
 * full (https://www.postgresql.org/docs/current/mvcc-caveats.html).
 */
import { DatabaseError, escapeLiteral, type Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import { connect, type ConnectionTarget } from './connection';
import { describeBlockers } from './lock-waiters';
import { listTables, qualifiedName, type Table } from './tables';

export interface Snapshot {
  /** Name for SET TRANSACTION SNAPSHOT and `pg_dump --snapshot`; good until the holder ends. */
  readonly name: string;
  /** The server's clock when it was taken. */
  readonly at: Date;
  readonly tables: readonly Table[];
}

/** Tables may be created or dropped while they are being locked; a busy migration gets this many tries. */
const ATTEMPTS = 5;
const LOCK_BATCH = 200;
/** No such table, no such schema. */
const GONE = ['42P01', '3F000'];
const LOCK_NOT_AVAILABLE = '55P03';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * No limit may end the holder, and a client that is gone must be noticed by the server. Instants come in the one style
 * that pg reads.
 */
const SESSION_SETTINGS = `
  SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET row_security = off;
  SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 6;
  SET DateStyle = ISO; SET search_path = ''`;

/** Prepares a session that holds or shares a snapshot. */
export async function prepareSession(client: Client, lockTimeoutSeconds: number): Promise<void> {
  await client.query(SESSION_SETTINGS);
  await client.query(`SET lock_timeout = ${lockTimeoutSeconds * 1000}`);
}

/**
 * Takes and exports a snapshot in a transaction of the given session, which must then stay open.
 * @throws Failure `database-unreachable` naming the table and who blocks it
 */
export async function takeSnapshot(target: ConnectionTarget, holder: Client): Promise<Snapshot> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const expected = await listTables(holder);
    const snapshot = await tryToTake(target, holder, expected);
    if (snapshot !== undefined) return snapshot;
    await holder.query('ROLLBACK');
  }
  throw new Failure(
    'database-unreachable',
    `Tables were created or dropped during each of ${ATTEMPTS} tries to lock them.`,
    {
      hint: 'Run again when the migration has ended.',
    },
  );
}

/** undefined where the tables changed before they were locked. */
async function tryToTake(
  target: ConnectionTarget,
  holder: Client,
  expected: readonly Table[],
): Promise<Snapshot | undefined> {
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  if (!(await lockTables(target, holder, expected))) return undefined;
  const { rows } = await holder.query<{ name: string; at: Date }>(
    'SELECT pg_export_snapshot() AS name, statement_timestamp() AS at',
  );
  const row = rows[0];
  if (row === undefined) throw new Failure('database-unreachable', 'The server exported no snapshot.');
  const tables = await listTables(holder);
  return sameTables(expected, tables) ? { name: row.name, at: row.at, tables } : undefined;
}

/** Another session in the holder's snapshot, with locks of its own. The caller ends it. */
export async function joinSnapshot(
  target: ConnectionTarget,
  snapshot: Snapshot,
  options: { readonly applicationName: string; readonly lockTimeoutSeconds: number },
  signal: AbortSignal,
): Promise<Client> {
  const client = await connect(target, options.applicationName);
  // Also while it waits for a lock.
  signal.addEventListener('abort', () => void client.end().catch(() => undefined), { once: true });
  try {
    signal.throwIfAborted();
    await prepareSession(client, options.lockTimeoutSeconds);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    if (!(await lockTables(target, client, snapshot.tables))) {
      throw new Failure('database-unreachable', 'A table that the holder has locked was dropped.');
    }
    await client.query(`SET TRANSACTION SNAPSHOT ${escapeLiteral(snapshot.name)}`);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** False where a table is gone. Batches: a server far away answers slowly. */
async function lockTables(
  target: ConnectionTarget,
  client: Client,
  tables: readonly Table[],
): Promise<boolean> {
  for (let start = 0; start < tables.length; start += LOCK_BATCH) {
    const batch = tables.slice(start, start + LOCK_BATCH);
    const names = batch.map((table) => `ONLY ${qualifiedName(table)}`).join(', ');
    try {
      await client.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
    } catch (error) {
      if (GONE.includes(sqlState(error) ?? '')) return false;
      throw await refusal(target, batch, error);
    }
  }
  return true;
}

async function refusal(target: ConnectionTarget, batch: readonly Table[], error: unknown): Promise<unknown> {
  if (sqlState(error) === LOCK_NOT_AVAILABLE) {
    const blockers = await describeBlockers(target, batch);
    return new Failure('database-unreachable', `A lock on a table was not granted in time. ${blockers}`, {
      cause: error,
      hint: 'Run again when the blocker has ended, or raise --lock-timeout-seconds.',
    });
  }
  if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) return error;
  return new Failure('database-unreachable', `A table may not be read: ${messageOf(error)}.`, {
    cause: error,
    hint: 'GRANT SELECT on it to the backup role, or give the role pg_read_all_data.',
  });
}

function sameTables(a: readonly Table[], b: readonly Table[]): boolean {
  const identities = (tables: readonly Table[]) =>
    tables.map((table) => `${table.oid} ${qualifiedName(table)} ${table.kind}`).sort();
  return identities(a).join('\n') === identities(b).join('\n');
}

function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}
