/** The exit codes as `--help` prints them. */
import { EXIT_CODES, type FailureKind } from '../contract/failure';

const MEANINGS: Readonly<Record<FailureKind, string>> = {
  unexpected: 'unexpected: a defect, please report it',
  usage: 'settings or usage',
  'database-unreachable': 'database unreachable, or it refused us',
  'no-client': 'no client programs for this server version',
  'dump-failed': 'dump failed',
  'store-failed': 'store failed',
  'stored-data-faulty': 'stored data faulty, or signature wrong',
  'restore-refused': 'restore refused before anything was changed',
  'restore-failed': 'restore failed',
  differences: 'restored, and differences were found or a check failed',
  stopped: 'stopped by a signal',
  'already-running': 'already running',
  'needs-attention': 'something needs attention',
};

/** Lines for the end of a help text. */
export function exitCodesHelp(): string {
  const lines = Object.entries(EXIT_CODES).map(
    ([kind, code]) => `  ${String(code).padStart(2)}  ${MEANINGS[kind as FailureKind]}`,
  );
  return ['', 'Exit codes:', '   0  done', ...lines].join('\n');
}

/** What a run ended with, in a few words. */
export function exitCodeMeaning(code: number): string {
  if (code === 0) return 'done';
  const [kind] = Object.entries(EXIT_CODES).find(([, known]) => known === code) ?? [];
  return kind === undefined ? `exit code ${code}` : MEANINGS[kind as FailureKind];
}
