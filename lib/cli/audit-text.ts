/** The history as a table: what matters least is left out where a terminal is narrow, failures and overrides never. */
import { humanSeconds } from '../contract/human';
import type { AuditEntry } from '../operations/audit-log';
import { outcomeWords } from '../operations/status/describe-history';
import type { AuditReport } from '../operations/read-audit';
import { minuteOf } from './list';
import { plainTable, type Column } from './point-table';

const CELL_WIDTH = 44;

export function auditText({ entries, unreadable }: AuditReport, width: number | undefined): string {
  const failed = entries.filter(({ failure }) => failure !== null);
  return [
    plainTable(entries, COLUMNS, width),
    ...(failed.length === 0 ? [] : ['']),
    ...failed.map(({ program, id, failure }) => `FAILED ${program} ${id}: ${visible(failure ?? '')}`),
    ...(unreadable.length === 0 ? [] : ['', 'Cannot be read:']),
    ...unreadable.map(({ key, fault }) => `  ${key}: ${visible(fault)}`),
  ].join('\n');
}

const COLUMNS: Column<AuditEntry>[] = [
  { title: 'WHEN (UTC)', cell: ({ at }) => minuteOf(at) },
  { title: 'PROGRAM', cell: ({ program }) => program },
  { title: 'DATABASE', cell: ({ database }) => database },
  { title: 'OUTCOME', cell: outcomeOf },
  {
    title: 'TOOK',
    cell: ({ seconds }) => (seconds === null ? '' : humanSeconds(seconds)),
    align: 'right',
    expendable: 1,
  },
  { title: 'WHO', cell: ({ who }) => short(who ?? '?'), expendable: 2 },
  { title: 'WHAT', cell: whatOf, expendable: 3 },
  { title: 'WHY', cell: ({ reason }) => short(reason ?? '?'), expendable: 4 },
  { title: 'RUN AS', cell: runAs, expendable: 5 },
  { title: 'ID', cell: ({ id }) => id, expendable: 6 },
];

/** In words; of a run that went against a refusal, also which one. */
export function outcomeOf({ state, exitCode, overrides }: AuditEntry): string {
  const outcome = outcomeWords({ state, exitCode });
  return overrides.length === 0 ? outcome : `${outcome}; overrode ${overrides.map(visible).join(', ')}`;
}

function whatOf({ what, slot, program, id }: AuditEntry): string {
  if (what !== null) return short(what);
  if (slot !== null) return `slot ${minuteOf(slot)}`;
  return program === 'keeper' ? `point ${id}` : '';
}

/** The role and session of an ARN, without the parts that are the same in each; and the account on the machine. */
function runAs({ identity, osUser }: AuditEntry): string {
  const role = identity === null ? [] : [identity.slice(identity.lastIndexOf(':') + 1)];
  return short([...role, ...(osUser === null ? [] : [osUser])].join(', '));
}

function short(text: string): string {
  const shown = visible(text);
  return shown.length > CELL_WIDTH ? `${shown.slice(0, CELL_WIDTH - 1)}…` : shown;
}

/** Nobody signed these words: they must not steer a terminal. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
}
