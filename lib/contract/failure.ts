/**
 * What can go wrong, as the operator sees it: each kind has one documented exit code.
 * A Failure is expected and explained; any other error is a defect and exits with 1.
 */
export const EXIT_CODES = {
  unexpected: 1,
  usage: 2,
  'database-unreachable': 3,
  'no-client': 4,
  'dump-failed': 5,
  'store-failed': 6,
  'stored-data-faulty': 7,
  'restore-refused': 8,
  'restore-failed': 9,
  differences: 10,
  stopped: 11,
  'already-running': 12,
  'needs-attention': 13,
} as const;

export type FailureKind = keyof typeof EXIT_CODES;

export class Failure extends Error {
  override readonly name = 'Failure';

  /**
   * @param kind decides the exit code
   * @param message what happened, with the value got and what is allowed; never a secret
   * @param options.hint what to do next, in one sentence
   */
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
  }

  get hint(): string | undefined {
    return this.options.hint;
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** The exit code of any thrown value: the one mapping from errors to codes. */
export function exitCodeOf(error: unknown): number {
  return error instanceof Failure ? error.exitCode : EXIT_CODES.unexpected;
}

/** The text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
