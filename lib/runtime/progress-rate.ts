/** Rate and time left of work under way. Pure: the clock is passed in. */
import type { Progress } from './reporter';

export interface Rate {
  readonly bytesPerSecond: number;
  /** undefined while too little is done to tell, and when only the rest of a last step is left. */
  readonly secondsLeft: number | undefined;
}

/** Below this share an estimate would jump about. */
const MIN_FRACTION = 0.02;

export function rateOf(progress: Progress, elapsedSeconds: number): Rate {
  const fraction = fractionOf(progress);
  const bytesPerSecond = elapsedSeconds > 0 ? (progress.bytes ?? 0) / elapsedSeconds : 0;
  if (fraction === undefined || fraction < MIN_FRACTION || fraction >= 1)
    return { bytesPerSecond, secondsLeft: undefined };
  return { bytesPerSecond, secondsLeft: Math.round((elapsedSeconds * (1 - fraction)) / fraction) };
}

export function fractionOf({ fraction, done, total }: Progress): number | undefined {
  return fraction ?? (total !== undefined && total > 0 ? done / total : undefined);
}
