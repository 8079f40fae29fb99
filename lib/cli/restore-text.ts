/** What a restore came to, for people and for programs. */
import { humanSeconds } from '../contract/human';
import type { RestoreResult } from '../operations/restore-request';

/** For `--json`: the facts of the manifest that matter, and the result. */
export function restoreSummary({ manifest, ...rest }: RestoreResult) {
  const { id, database, snapshotAt, format, storedBytes } = manifest;
  return { id, database, snapshotAt, format, storedBytes, ...rest };
}

export function restoreText(result: RestoreResult): string {
  const { manifest, targetDatabase, compared, differences, seconds } = result;
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
    ...placeLines(result),
  ].join('\n');
}

function placeLines({ tookPlace }: RestoreResult): string[] {
  if (tookPlace === undefined) return [];
  const { name, keptAs, keptUntil, wayBack } = tookPlace;
  return [
    `It took the place of ${name}. The old database is ${keptAs}; keep it until ${keptUntil.slice(0, 10)}, then drop it.`,
    `The way back, in a session of another database (postgres):`,
    ...wayBack.map((sql) => `  ${sql};`),
  ];
}
