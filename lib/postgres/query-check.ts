/** Asks a restored database one question, in a transaction that can change nothing and does not last for ever. */
import type { Client } from 'pg';
import { withSession } from './target-server';
import type { ConnectionTarget } from './connection';

/** The first two rows of an answer: one is wanted, a second one is too many. */
export interface Answer {
  readonly columns: number;
  readonly rows: readonly (readonly unknown[])[];
}

export interface Question {
  readonly sql: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** @throws what the server answers where it refuses the query; the signal's reason */
export async function ask(
  target: ConnectionTarget,
  { sql, timeoutSeconds, signal }: Question,
): Promise<Answer> {
  signal.throwIfAborted();
  return withSession(target, async (client) => {
    await client.query('BEGIN TRANSACTION READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${timeoutSeconds * 1000}`);
    const cancel = await canceller(target, client);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await firstRows(client, sql);
    } finally {
      signal.removeEventListener('abort', cancel);
      await client.query('ROLLBACK').catch(() => undefined);
      signal.throwIfAborted();
    }
  });
}

/** The extended protocol takes one statement: a second one behind a semicolon is refused, as it could commit. */
async function firstRows(client: Client, sql: string): Promise<Answer> {
  const statement = sql.trim().replace(/(\s*;)+$/, '');
  const text = `SELECT * FROM (\n${statement}\n) AS answer LIMIT 2`;
  const question = { text, rowMode: 'array' as const, queryMode: 'extended' };
  const { fields, rows } = await client.query<unknown[]>(question);
  return { columns: fields.length, rows };
}

/** A query hears of no signal; the server does. */
async function canceller(target: ConnectionTarget, client: Client): Promise<() => void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid');
  return () => {
    withSession(target, (other) =>
      other.query('SELECT pg_catalog.pg_cancel_backend($1)', [rows[0]?.pid]),
    ).catch(() => undefined);
  };
}
