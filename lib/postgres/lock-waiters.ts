/** Who stands in whose way: a backup holds only ACCESS SHARE locks, but a migration that waits for them must be seen. */
import type { Client } from 'pg';
import { connect, type ConnectionTarget } from './connection';
import { qualifiedName, type Table } from './tables';

export interface Waiter {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  readonly waitingSeconds: number;
  /** The start of its statement. */
  readonly statement: string;
}

interface BlockerRow extends Omit<Waiter, 'waitingSeconds'> {
  readonly oid: number;
  readonly granted: boolean;
}

const BLOCKERS = `
  SELECT l.relation::bigint::float8 AS oid, a.pid, a.usename AS "user", a.application_name AS application, l.granted,
         left(a.query, 80) AS statement
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
   WHERE l.relation = ANY ($1::oid[]) AND l.mode = 'AccessExclusiveLock'
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   ORDER BY l.granted DESC, a.query_start LIMIT 3`;

const WAITERS = `
  SELECT w.pid, w.usename AS "user", w.application_name AS application, left(w.query, 80) AS statement,
         extract(epoch FROM clock_timestamp() - w.query_start)::float8 AS "waitingSeconds"
    FROM pg_stat_activity w
   WHERE w.wait_event_type = 'Lock' AND w.application_name <> $1
     AND EXISTS (SELECT FROM pg_stat_activity ours
                  WHERE ours.pid = ANY (pg_blocking_pids(w.pid)) AND ours.application_name = $1)`;

/** A sentence for a person: `Table "public"."a": pid 4711 (app, psql) holds an exclusive lock: ALTER TABLE …`. */
export async function describeBlockers(target: ConnectionTarget, tables: readonly Table[]): Promise<string> {
  const client = await connect(target);
  try {
    await client.query("SET search_path = ''");
    const { rows } = await client.query<BlockerRow>(BLOCKERS, [tables.map((table) => table.oid)]);
    const texts = rows.map((row) => {
      const table = tables.find((candidate) => candidate.oid === row.oid);
      const who = `pid ${row.pid} (${row.user}, ${row.application || 'no application name'})`;
      const what = row.granted ? 'holds' : 'waits for';
      return `Table ${table ? qualifiedName(table) : row.oid}: ${who} ${what} an exclusive lock: ${oneLine(row.statement)}`;
    });
    return texts.join('; ') || 'Whoever blocked it has gone by now.';
  } finally {
    await client.end();
  }
}

/** Sessions that wait for locks of sessions with our application name. */
export async function waitersFor(client: Client, applicationName: string): Promise<Waiter[]> {
  const { rows } = await client.query<Waiter>(WAITERS, [applicationName]);
  return rows.map((row) => ({ ...row, statement: oneLine(row.statement) }));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
