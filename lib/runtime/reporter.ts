/**
 * What a run tells while it works. A terminal gets a bar, a pipe plain lines, `--json` one JSON object a line.
 * Nothing reported may hold a secret.
 */
export interface Progress {
  /** For example `dump`, `restore`, `compare`. */
  readonly phase: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: 'tables' | 'objects' | 'bytes';
  readonly bytes?: number;
}

export interface Reporter {
  /** A step begins or something worth reading happened. */
  info(text: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(text: string, facts?: Readonly<Record<string, unknown>>): void;
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
