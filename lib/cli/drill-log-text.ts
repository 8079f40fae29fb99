/** The log of drills as a table: what was proven when, how old it was, and how long its restore took. */
import { DRILL_PHASES } from '../contract/evidence';
import { exitCodeMeaning } from '../contract/exit-code-meanings';
import { humanSeconds } from '../contract/human';
import type { DrillLogEntry } from '../operations/drill-log';
import { visible } from './audit-text';
import { minuteOf } from './list';
import { plainTable, type Column } from './point-table';

export function drillLogText(entries: readonly DrillLogEntry[], width: number | undefined): string {
  const faults = entries.filter(({ fault }) => fault !== null);
  return [
    plainTable(entries, COLUMNS, width),
    ...(faults.length === 0 ? [] : ['']),
    ...faults.map(({ drill, standing, fault }) => `${LOUD[standing]} ${drill}: ${visible(fault ?? '')}`),
    '',
    summaryOf(entries),
  ].join('\n');
}

const LOUD: Readonly<Record<DrillLogEntry['standing'], string>> = {
  proven: 'proven',
  failed: 'FAILED',
  unsigned: 'UNSIGNED',
  'not believed': 'NOT BELIEVED',
  'other manifest': 'NO PROOF',
};

/** Only what `told` by believed evidence is a figure; of the rest nothing is known. */
const told =
  (cell: (evidence: NonNullable<DrillLogEntry['evidence']>) => string) => (entry: DrillLogEntry) =>
    entry.evidence === null ? '?' : cell(entry.evidence);

const COLUMNS: Column<DrillLogEntry>[] = [
  { title: 'DRILL (UTC)', cell: ({ at }) => minuteOf(at) },
  { title: 'DATABASE', cell: ({ database }) => database },
  { title: 'POINT', cell: ({ point }) => point, expendable: 4 },
  {
    title: 'POINT AGE',
    cell: ({ pointAgeSeconds: age }) => (age === null ? '?' : humanSeconds(Math.max(0, age))),
    align: 'right',
    expendable: 1,
  },
  { title: 'OUTCOME', cell: outcomeOf },
  {
    title: 'RESTORED IN',
    cell: told(({ restoreSeconds }) => humanSeconds(restoreSeconds)),
    align: 'right',
  },
  { title: 'ON', cell: told(({ target }) => target), expendable: 3 },
  { title: 'PHASES', cell: told(phasesOf), expendable: 5 },
];

function outcomeOf({ standing, evidence }: DrillLogEntry): string {
  if (standing === 'failed') return `FAILED: ${exitCodeMeaning(evidence?.exitCode ?? 1)}`;
  return LOUD[standing];
}

function phasesOf({ phaseSeconds }: NonNullable<DrillLogEntry['evidence']>): string {
  return DRILL_PHASES.filter((phase) => phaseSeconds[phase] > 0)
    .map((phase) => `${phase} ${humanSeconds(phaseSeconds[phase])}`)
    .join(', ');
}

function summaryOf(entries: readonly DrillLogEntry[]): string {
  const count = (standing: DrillLogEntry['standing']) =>
    entries.filter((entry) => entry.standing === standing).length;
  const proven = count('proven');
  const failed = count('failed');
  const noProof = entries.length - proven - failed;
  const doubtful = noProof === 0 ? '' : `, ${noProof} that prove nothing`;
  return `${entries.length === 1 ? '1 drill' : `${entries.length} drills`}: ${proven} proven, ${failed} failed${doubtful}.`;
}
