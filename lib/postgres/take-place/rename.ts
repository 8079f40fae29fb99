/**
 * Databases change places by renaming. Nobody may be connected to one that is renamed, and an application connects again
 * within the second: so it is closed first. https://www.postgresql.org/docs/current/sql-alterdatabase.html
 */
import { setTimeout } from 'node:timers/promises';
import { escapeIdentifier, type Client } from 'pg';
import { Failure, messageOf } from '../../contract/failure';

export interface Renaming {
  readonly from: string;
  readonly to: string;
}

const PATIENCE_MS = 20_000;
const PAUSE_MS = 100;

/**
 * Refuses new sessions and ends those that are there. Where that cannot be done, it is open again.
 * @throws Failure `restore-refused` that names who stays
 */
export async function closeDatabase(client: Client, name: string): Promise<void> {
  await client.query(allowConnections(name, false));
  try {
    await endSessions(client, name);
  } catch (error) {
    await client.query(allowConnections(name, true));
    throw error;
  }
}

/** As SQL, for messages too: what an operator needs where a run was cut off. */
export function allowConnections(name: string, allowed: boolean): string {
  return `ALTER DATABASE ${escapeIdentifier(name)} ALLOW_CONNECTIONS ${allowed}`;
}

export function renaming({ from, to }: Renaming): string {
  return `ALTER DATABASE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`;
}

/** All of it or nothing. @param statements what else belongs to it */
export async function renameTogether(
  client: Client,
  renamings: readonly Renaming[],
  statements: readonly string[] = [],
): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const sql of [...renamings.map(renaming), ...statements]) await client.query(sql);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const names = renamings.map(({ from, to }) => `${from} to ${to}`).join(', ');
    throw new Failure('restore-failed', `Not renamed: ${names}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Nothing was renamed. Where somebody is connected, end that session and run again.',
    });
  }
}

interface Session {
  readonly pid: number;
  readonly who: string;
}

// The server ends a worker of autovacuum by itself.
const SESSIONS = `
  SELECT pid, concat_ws(' ', usename, nullif(application_name, ''), 'from', coalesce(client_addr::text, 'this machine')) AS who
    FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'`;

async function endSessions(client: Client, name: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query<Session>(SESSIONS, [name]);
    if (rows.length === 0) return;
    if (Date.now() > until) throw stays(name, rows, 'they did not end');
    for (const { pid } of rows) {
      await client.query('SELECT pg_catalog.pg_terminate_backend($1)', [pid]).catch((error: unknown) => {
        throw stays(name, rows, messageOf(error));
      });
    }
    await setTimeout(PAUSE_MS);
  }
}

function stays(name: string, sessions: readonly Session[], why: string): Failure {
  const listed = sessions.slice(0, 5).map(({ pid, who }) => `${who} (pid ${pid})`);
  return new Failure('restore-refused', `Sessions of ${name} stay: ${listed.join(', ')}: ${why}.`, {
    hint: 'Stop what is connected, or run as a member of pg_signal_backend. The database is open again, and nothing was changed.',
  });
}
