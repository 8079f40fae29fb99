/** What a restore came to, for people and for programs. */
import { humanSeconds } from '../contract/human';
import type { RestoreResult } from '../operations/restore-request';

/** For `--json`: the facts of the manifest that matter, and the result. */
export function restoreSummary({ manifest, ...rest }: RestoreResult) {
  const { id, database, snapshotAt, format, storedBytes } = manifest;
  return { id, database, snapshotAt, format, storedBytes, ...rest };
}

export function restoreText({
  manifest,
  targetDatabase,
  compared,
  differences,
  seconds,
}: RestoreResult): string {
  const { tables, rows, catalogEntries, sequences, content } = compared;
  const proof = { hash: 'content by hash', copy: 'content row by row', none: 'content not compared' }[
    content
  ];
  const phases = Object.entries(seconds).filter(([, value]) => value > 0);
  const total = phases.reduce((sum, [, value]) => sum + value, 0);
  return [
    `${manifest.database} ${manifest.id} was restored into ${targetDatabase}.`,
    `  as of       ${manifest.snapshotAt}`,
    manifest.inventory === null
      ? '  compared    schema and archive only: the backup took no inventory'
      : `  compared    ${rows} rows in ${tables} tables (${proof}), ${sequences} sequences, ${catalogEntries} schema facts`,
    `  took        ${humanSeconds(total)}: ${phases.map(([phase, value]) => `${phase} ${humanSeconds(value)}`).join(', ')}`,
    ...differences.map(
      (difference) => `  ${difference.class.padEnd(12)}${difference.subject} ${difference.text}`,
    ),
    ...(differences.length === 0 ? ['  It is what was backed up: no difference.'] : []),
  ].join('\n');
}
