/** Runs a rehearsal to its end, or until somebody stops it; what it started goes away in either case. */
import type { Report } from './report';
import type { Stage } from './stage';

/** For a step that was stopped: its programs notice that the servers are gone. */
const GRACE_MS = 15_000;

/** @returns what the rehearsal answers; 1 where it failed, which is told */
export async function withStop(
  stage: Stage,
  report: Report,
  rehearse: () => Promise<number>,
): Promise<number> {
  const rehearsal = rehearse();
  try {
    return await Promise.race([rehearsal, stopSignal()]);
  } catch (error) {
    report.fail(error);
    return 1;
  } finally {
    const settled = rehearsal.catch(() => undefined);
    await stage.close(() => Promise.race([settled, delay(GRACE_MS)]));
  }
}

/** Ctrl-C above all; and a pipe whose reader has gone. */
function stopSignal(): Promise<never> {
  return new Promise((_, reject) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(name, () => {
        reject(new Error(`Stopped by ${name}.`));
      });
    process.stdout.on('error', reject);
  });
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
