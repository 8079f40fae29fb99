/** Spreads work over connections: each takes the next piece when it is done with one. */

/**
 * Answers in the order of the jobs. After the first error no further job starts; rejects with it once every
 * connection is idle again. An abort counts as an error between jobs: a running query ends with its
 * connection (stoppable-session.ts).
 */
export async function spread<C, J, T>(
  connections: readonly C[],
  jobs: readonly J[],
  run: (connection: C, job: J) => Promise<T>,
  signal?: AbortSignal,
): Promise<T[]> {
  const results: T[] = [];
  const errors: unknown[] = [];
  const queue = jobs.entries();
  const work = async (connection: C) => {
    for (const [index, job] of queue) {
      signal?.throwIfAborted();
      if (errors.length > 0) return;
      results[index] = await run(connection, job);
    }
  };
  await Promise.all(
    connections.map((connection) => work(connection).catch((error: unknown) => errors.push(error))),
  );
  if (errors.length > 0) throw errors[0];
  return results;
}
