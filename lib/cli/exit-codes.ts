/** The exit codes as `--help` prints them. */
import { EXIT_CODE_MEANINGS } from '../contract/exit-code-meanings';
import { EXIT_CODES, type FailureKind } from '../contract/failure';

/** Lines for the end of a help text. */
export function exitCodesHelp(): string {
  const lines = Object.entries(EXIT_CODES).map(
    ([kind, code]) => `  ${String(code).padStart(2)}  ${EXIT_CODE_MEANINGS[kind as FailureKind]}`,
  );
  return ['', 'Exit codes:', '   0  done', ...lines].join('\n');
}
