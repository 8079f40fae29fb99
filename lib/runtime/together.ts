/** Work side by side that fails as one: the first failure stops the rest, and nothing is left running. */

/**
 * Starts every task; when one fails, aborts the others and waits for them to end.
 * @param stop ends all tasks from outside (a signal to the process)
 * @throws the first failure, not what followed from it
 */
export async function together(
  stop: AbortSignal | undefined,
  tasks: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const controller = new AbortController();
  const signal = stop === undefined ? controller.signal : AbortSignal.any([stop, controller.signal]);
  let first: { readonly error: unknown } | undefined;
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await task(signal);
      } catch (error) {
        first ??= { error };
        controller.abort(error);
      }
    }),
  );
  stop?.throwIfAborted();
  if (first !== undefined) throw first.error;
}
