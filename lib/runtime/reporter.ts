/**
 * What a run tells while it works. A terminal gets a bar, a pipe plain lines, `--json` one JSON object a line.
 * Nothing reported may hold a secret.
 */
export interface Progress {
  /** For example `dump`, `restore`, `compare`. */
  readonly phase: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: 'tables' | 'objects' | 'bytes' | 'alarms';
  /** Moved so far. */
  readonly bytes?: number;
  /** Share of the work that is done, 0 to 1, where it is known better than by `done` of `total`. */
  readonly fraction?: number;
}

export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Reporter {
  /** A step begins or something worth reading happened. */
  info(text: string, facts?: Facts): void;
  warn(text: string, facts?: Facts): void;
  progress(progress: Progress): void;
  /** Ends a bar, so that what follows starts on a line of its own. */
  close(): void;
}

export const silentReporter: Reporter = {
  info: () => undefined,
  warn: () => undefined,
  progress: () => undefined,
  close: () => undefined,
};
