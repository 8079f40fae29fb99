/** `--since`: an instant, a day, or so long ago. */
import { InvalidArgumentError } from 'commander';

const UNIT_MS = { h: 3_600_000, d: 86_400_000 } as const;
/** A day, or an instant with its offset: without one it would mean another time on each machine. */
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** Counts back from a time that is told later. */
export type Since = (now: Date) => Date;

/** @throws InvalidArgumentError */
export function parseSince(text: string): Since {
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined)
    return (now) => new Date(now.getTime() - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]);
  const instant = new Date(text);
  if (INSTANT.test(text) && !Number.isNaN(instant.getTime())) return () => instant;
  throw new InvalidArgumentError('Write 7d, 24h, 2026-11-20 or 2026-11-20T02:00:00Z.');
}
