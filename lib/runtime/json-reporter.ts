/** For programs: one JSON object a line, each with `event` and the instant. */
import type { Clock } from './clock';
import { fractionOf } from './progress-rate';
import type { Reporter } from './reporter';

const PROGRESS_EVERY_MS = 1_000;

export function jsonReporter(write: (line: string) => void, clock: Clock): Reporter {
  let lastProgressAt = 0;
  const tell = (event: string, fields: object) => {
    write(JSON.stringify({ event, at: clock.now().toISOString(), ...fields }));
  };
  return {
    info: (text, facts) => {
      tell('info', { text, ...facts });
    },
    warn: (text, facts) => {
      tell('warning', { text, ...facts });
    },
    progress: (progress) => {
      const now = clock.now().getTime();
      if (now - lastProgressAt < PROGRESS_EVERY_MS) return;
      lastProgressAt = now;
      tell('progress', { ...progress, fraction: fractionOf(progress) });
    },
    close: () => undefined,
  };
}
