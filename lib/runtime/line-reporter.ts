/** For pipes and logs: a plain line now and then, never a control character. */
import { humanBytes, humanSeconds } from '../contract/human';
import type { Clock } from './clock';
import { rateOf } from './progress-rate';
import type { Facts, Progress, Reporter } from './reporter';

const PROGRESS_EVERY_MS = 10_000;

/** @param write takes one line without its end */
export function lineReporter(write: (line: string) => void, clock: Clock): Reporter {
  const began = new Map<string, number>();
  const complete = new Set<string>();
  let lastProgressAt = 0;
  return {
    info: (text, facts) => {
      write(`${text}${factsText(facts)}`);
    },
    warn: (text, facts) => {
      write(`WARNING: ${text}${factsText(facts)}`);
    },
    progress: (progress) => {
      const now = clock.now().getTime();
      const beganAt = began.get(progress.phase) ?? now;
      began.set(progress.phase, beganAt);
      const ends = progress.done === progress.total && !complete.has(progress.phase);
      if (!ends && now - lastProgressAt < PROGRESS_EVERY_MS) return;
      if (ends) complete.add(progress.phase);
      lastProgressAt = now;
      write(progressText(progress, (now - beganAt) / 1000));
    },
    close: () => undefined,
  };
}

/** `dump: 12 of 30 tables, 1.2 GB, 95.1 MB/s, 40 s left` */
export function progressText(progress: Progress, elapsedSeconds: number): string {
  const { phase, done, total, unit, bytes } = progress;
  const rate = rateOf(progress, elapsedSeconds);
  const amount = (count: number) => (unit === 'bytes' ? humanBytes(count) : String(count));
  const parts = [
    `${amount(done)}${total === undefined ? '' : ` of ${amount(total)}`}${unit === 'bytes' ? '' : ` ${unit}`}`,
    ...(bytes === undefined || bytes === 0 || unit === 'bytes' ? [] : [humanBytes(bytes)]),
    ...(rate.bytesPerSecond > 0 ? [`${humanBytes(rate.bytesPerSecond)}/s`] : []),
    ...(rate.secondsLeft === undefined ? [] : [`${humanSeconds(rate.secondsLeft)} left`]),
  ];
  return `${phase}: ${parts.join(', ')}`;
}

export function factsText(facts: Facts | undefined): string {
  if (facts === undefined) return '';
  const parts = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${name.endsWith('Bytes') ? humanBytes(Number(value)) : String(value)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
