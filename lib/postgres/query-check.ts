/** Asks a restored database one question, in a transaction that can change nothing and does not last for ever. */
import type { Client } from 'pg';
import type { ConnectionTarget } from './connection';
import { withStoppableSession } from './stoppable-session';

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
  return withStoppableSession(target, signal, async (client) => {
    await client.query('BEGIN TRANSACTION READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${timeoutSeconds * 1000}`);
    try {
      return await firstRows(client, sql);
    } finally {
      await client.query('ROLLBACK').catch(() => undefined);
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
