/** A signal that is raised with the same reason some time after another one: what is nearly done may end by itself. */
export function delayedSignal(signal: AbortSignal, delayMs: number): AbortSignal {
  const delayed = new AbortController();
  const raise = () => {
    setTimeout(() => {
      delayed.abort(signal.reason);
    }, delayMs).unref();
  };
  if (signal.aborted) raise();
  else signal.addEventListener('abort', raise, { once: true });
  return delayed.signal;
}
