/** A savepoint that never keeps what was done inside it: a failed query, a changed setting, a trial statement. */
import type { Client } from 'pg';

/** Answers or throws as `work` does; either way the transaction goes on as it was before. */
export async function undone<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query('SAVEPOINT undone');
  try {
    return await work();
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT undone; RELEASE SAVEPOINT undone');
  }
}
