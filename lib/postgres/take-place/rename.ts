/**
 * Databases change places by renaming. Nobody may be connected to one that is renamed, and an application connects again
 * within the second: so it is closed first. https://www.postgresql.org/docs/current/sql-alterdatabase.html
 */
import { setTimeout } from 'node:timers/promises';
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { Failure, messageOf } from '../../contract/failure';

export interface Renaming {
  readonly from: string;
  readonly to: string;
}

const PATIENCE_MS = 20_000;
const PAUSE_MS = 100;

/** As SQL, for messages too: what an operator needs where a run was cut off. */
export function allowConnections(name: string, allowed: boolean): string {
  return `ALTER DATABASE ${escapeIdentifier(name)} ALLOW_CONNECTIONS ${allowed}`;
}

export function renaming({ from, to }: Renaming): string {
  return `ALTER DATABASE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`;
}

export function endingSessions(name: string): string {
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${escapeLiteral(name)}`;
}

/**
 * Refuses new sessions and ends those that are there. It stays closed, also where that fails: whoever calls opens it again.
 * @throws Failure `restore-refused` that names who stays
 */
export async function closeDatabase(client: Client, name: string): Promise<void> {
  await client.query(allowConnections(name, false));
  await endSessions(client, name);
}

/** All of it or nothing. @param statements what else belongs to it. @throws Failure `restore-failed` */
export async function renameTogether(
  client: Client,
  renamings: readonly Renaming[],
  statements: readonly string[] = [],
): Promise<void> {
  try {
    await client.query('BEGIN');
    for (const sql of [...renamings.map(renaming), ...statements]) await client.query(sql);
    await client.query('COMMIT');
  } catch (error) {
    // Where the session is gone, so is its transaction.
    await client.query('ROLLBACK').catch(() => undefined);
    const names = renamings.map(({ from, to }) => `${from} to ${to}`).join(', ');
    throw new Failure('restore-failed', `Not renamed: ${names}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Where somebody is connected, end that session and run again.',
    });
  }
}

/** Whether the names are those after it: the answer to COMMIT may have been lost. */
export async function areRenamed(client: Client, renamings: readonly Renaming[]): Promise<boolean> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname::text AS name FROM pg_catalog.pg_database',
  );
  const names = new Set(rows.map(({ name }) => name));
  const taken = new Set(renamings.map(({ to }) => to));
  return renamings.every(({ from, to }) => names.has(to) && (taken.has(from) || !names.has(from)));
}

interface Session {
  readonly pid: number;
  readonly who: string;
}

// A worker of autovacuum is of nobody, and the server ends it by itself.
const SESSIONS = `
  SELECT pid, concat_ws(' ', usename, nullif(application_name, ''), 'from', coalesce(client_addr::text, 'this machine')) AS who
    FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() AND usesysid IS NOT NULL`;

/** @throws Failure `restore-refused` that names who stays */
export async function endSessions(client: Client, name: string): Promise<void> {
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
    hint: 'Stop what is connected, or run as a member of pg_signal_backend, and run again.',
  });
}
