/** What the exit codes mean, for `--help`, the audit and the status. */
import { EXIT_CODES, type FailureKind } from './failure';

export const EXIT_CODE_MEANINGS: Readonly<Record<FailureKind, string>> = {
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

/** What a run ended with, in a few words. */
export function exitCodeMeaning(code: number): string {
  if (code === 0) return 'done';
  const [kind] = Object.entries(EXIT_CODES).find(([, known]) => known === code) ?? [];
  return kind === undefined ? `exit code ${code}` : EXIT_CODE_MEANINGS[kind as FailureKind];
}
