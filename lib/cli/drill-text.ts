/** What a person reads of a drill: its phases, what was found, and the one sentence that it was for. */
import { DRILL_PHASES, type Evidence } from '../contract/evidence';
import { humanBytes, humanSeconds } from '../contract/human';
import type { DrillResult } from '../operations/drill-request';
import { plainTable } from './point-table';

export function drillText({ evidence, evidenceKey }: DrillResult): string {
  return [
    phaseTable(evidence),
    '',
    `  restored    in ${humanSeconds(evidence.restoreSeconds)}, ${humanBytes(evidence.databaseBytes)} of the database from ${humanBytes(evidence.storedBytes)} stored (${serverOf(evidence)})`,
    ...comparedLine(evidence),
    ...evidence.differences.map(({ class: kind, subject, text }) => `  ${kind.padEnd(12)}${subject} ${text}`),
    ...moreDifferences(evidence),
    ...evidence.checks.map(
      ({ name, passed, text }) => `  ${passed ? 'passed' : 'FAILED'}      check "${name}": ${text}`,
    ),
    `  evidence    ${evidenceKey}`,
    verdictOf(evidence),
  ].join('\n');
}

/** The sentence that answers how much would be lost, and whether anything would come back at all. */
function verdictOf({ outcome, database, point, snapshotAt }: Evidence): string {
  return outcome === 'proven'
    ? `${database} is proven restorable up to ${snapshotAt} (recovery point ${point}).`
    : `${database} ${point} is NOT proven restorable.`;
}

function phaseTable({ phaseSeconds }: Evidence): string {
  const rows = DRILL_PHASES.map((phase) => ({ phase, seconds: phaseSeconds[phase] }));
  return plainTable(
    [...rows, { phase: 'in all', seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0) }],
    [
      { title: 'PHASE', cell: ({ phase }) => phase },
      { title: 'TOOK', cell: ({ seconds }) => humanSeconds(seconds), align: 'right' },
    ],
    undefined,
  );
}

function serverOf({ target, serverVersion }: Evidence): string {
  const which = target === 'server' ? 'a given server' : 'a throw-away server';
  return serverVersion === null ? `${which}, not reached` : `${which}, PostgreSQL ${serverVersion}`;
}

function comparedLine({ compared }: Evidence): string[] {
  if (compared === null) return [];
  const { tables, rows, sequences, catalogEntries } = compared;
  const figures = `${rows} rows in ${tables} tables, ${sequences} sequences, ${catalogEntries} schema facts`;
  return [`  compared    ${figures}`];
}

function moreDifferences({ differences, differenceCount }: Evidence): string[] {
  const more = differenceCount - differences.length;
  return more === 0 ? [] : [`              and ${more} more differences`];
}
