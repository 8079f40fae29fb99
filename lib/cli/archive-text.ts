/** What the restore of an archive came to, for people. */
import { humanBytes, humanSeconds } from '../contract/human';
import type { RestoreArchiveResult } from '../operations/archive/archive-request';

export function archiveText(result: RestoreArchiveResult): string {
  const { archive, targetDatabase, held, differences, seconds } = result;
  const { format, bytes, serverVersion = 'unknown', provenBy } = archive;
  const phases = Object.entries(seconds).filter(([, value]) => value > 0);
  const total = phases.reduce((sum, [, value]) => sum + value, 0);
  return [
    `${archive.name} was restored into ${targetDatabase}.`,
    `  archive     ${format}, ${humanBytes(bytes)}, of PostgreSQL ${serverVersion}`,
    `  bytes       ${provenBy === undefined ? 'nothing proves them: no checksum' : `proven by ${provenBy}`}`,
    `  holds       ${held.rows} rows in ${held.tables} tables, ${held.sequences} sequences, extensions: ${held.extensions.join(', ') || 'none'}`,
    ...comparedLines(result).map((line) => `  compared    ${line}`),
    `  took        ${humanSeconds(total)}: ${phases.map(([phase, value]) => `${phase} ${humanSeconds(value)}`).join(', ')}`,
    ...differences.map((each) => `  ${each.class.padEnd(12)}${each.subject} ${each.text}`),
  ].join('\n');
}

/** Said in so many words: nobody should take this for what a recovery point proves. */
function comparedLines({ compared: { tables, rows, sequences } }: RestoreArchiveResult): string[] {
  return [
    'nothing with the original: the archive carries no inventory of it',
    tables + sequences === 0
      ? 'nothing with the archive: it has no rows of COPY for this database'
      : `${rows} rows in ${tables} tables and ${sequences} sequences with the archive's own`,
  ];
}
