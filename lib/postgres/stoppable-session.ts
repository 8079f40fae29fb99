/** A session that a signal ends, with the query that it runs: a query hears of no signal, the server does. */
import type { Client } from 'pg';
import type { ConnectionTarget } from './connection';
import { withSession } from './target-server';

/** @throws the signal's reason, whatever the task says of it */
export async function withStoppableSession<T>(
  target: ConnectionTarget,
  signal: AbortSignal,
  task: (client: Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  return withSession(target, async (client) => {
    const backend = await backendOf(client);
    let ended: Promise<void> | undefined;
    const end = () => {
      ended = endBackend(target, backend).finally(() => client.end());
    };
    signal.addEventListener('abort', end, { once: true });
    try {
      signal.throwIfAborted();
      return await task(client);
    } finally {
      signal.removeEventListener('abort', end);
      await ended;
      signal.throwIfAborted();
    }
  });
}

async function backendOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

/** Not the query alone: the task would go on with its next one. A server that does not answer leaves it to our side. */
async function endBackend(target: ConnectionTarget, backend: number | undefined): Promise<void> {
  await withSession(target, (other) =>
    other.query('SELECT pg_catalog.pg_terminate_backend($1)', [backend]),
  ).catch(() => undefined);
}
