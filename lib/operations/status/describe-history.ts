/** What programs and ECS told of runs, as a status tells it: the failures of one database, and the audit of all. Pure. */
import { exitCodeMeaning } from '../../contract/exit-code-meanings';
import { startOf } from '../../contract/recovery-point-id';
import { LISTED_AUDIT_MAX, type DatabaseStatus, type StatusAuditEntry } from '../../contract/status';
import type { StoppedTask } from '../../contract/stopped-task';
import type { AuditEntry } from '../audit-log';
import { HARMLESS, isRunOf, stuckRuns } from '../monitor/run-history';
import type { DatabaseFacts, ToldDatabase } from './database-facts';

type StatusFailure = DatabaseStatus['failures'][number];

/** A run of which nobody says how long it may take is stuck after twice as much. */
export const UNTOLD_MINUTES = 12 * 60;

/** Newest first: runs that failed, were stopped or got stuck. */
export function listedFailures(
  { audit, stoppedTasks, told }: Pick<DatabaseFacts, 'audit' | 'stoppedTasks' | 'told'>,
  now: Date,
): StatusFailure[] {
  const ofRuns = audit.flatMap((entry) => {
    const text = failureText(entry, stoppedTasks, told, now);
    return text === undefined ? [] : [{ at: entry.at, program: entry.program, text }];
  });
  const silent = stoppedTasks
    .filter((task) => !audit.some((entry) => isEnded(entry) && isTaskOf(task, entry)))
    .map((task) => ({ at: task.stoppedAt, program: task.program, text: taskText(task) }));
  return [...ofRuns, ...silent].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** undefined for one that ended well, still runs, or is no run at all. */
function failureText(
  entry: AuditEntry,
  stoppedTasks: readonly StoppedTask[],
  told: ToldDatabase | undefined,
  now: Date,
): string | undefined {
  const { id, state, exitCode, failure } = entry;
  if (state === 'unreadable') return `The end of run ${id} cannot be read.`;
  if (state === 'ended' && exitCode !== null && !HARMLESS.includes(exitCode))
    return `Run ${id} ended with ${exitCode} (${exitCodeMeaning(exitCode)})${failure === null ? '' : `: ${failure}`}`;
  if (state !== 'no end' || stoppedTasks.some((task) => isTaskOf(task, entry))) return undefined;
  const history = { runs: [{ id, ended: undefined }], stoppedTasks: [], madeUpAt: undefined };
  return stuckRuns(history, expectedMinutes(entry, told), now).length === 0
    ? undefined
    : `Run ${id} began and has not ended.`;
}

function expectedMinutes({ program }: AuditEntry, told: ToldDatabase | undefined): number {
  const minutes = { backup: told?.schedule.expectedMinutes, drill: told?.drills?.expectedMinutes };
  return (program === 'backup' || program === 'drill' ? minutes[program] : undefined) ?? UNTOLD_MINUTES;
}

function isEnded({ state }: AuditEntry): boolean {
  return state === 'ended' || state === 'unreadable';
}

function isTaskOf(task: StoppedTask, { program, id }: AuditEntry): boolean {
  return task.program === program && isRunOf(task, { id });
}

function taskText({ taskId, stopCode, reason }: StoppedTask): string {
  return `Task ${taskId} was stopped: ${stopCode}: ${reason}`;
}

/** How a run ended, or what was done to a hold, in words. */
export function outcomeWords({ state, exitCode }: Pick<AuditEntry, 'state' | 'exitCode'>): string {
  return state === 'ended' ? exitCodeMeaning(exitCode ?? 0) : WORDS[state];
}

const WORDS: Readonly<Record<Exclude<AuditEntry['state'], 'ended'>, string>> = {
  'no end': 'no end',
  unreadable: 'its end cannot be read',
  held: 'put on hold',
  released: 'hold released',
};

/** The newest of them, newest first. */
export function listedEntries(entries: readonly AuditEntry[]): AuditEntry[] {
  return [...entries].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, LISTED_AUDIT_MAX);
}

export function listedAudit(entries: readonly AuditEntry[]): StatusAuditEntry[] {
  return listedEntries(entries).map(
    ({ at, program, database, id, state, exitCode, who, reason, what, failure, overrides }) => ({
      ...{ at, program, database, id, outcome: outcomeWords({ state, exitCode }) },
      ...{ who, reason, what, failure, overrides: [...overrides] },
    }),
  );
}

/** When the run of an entry that tells of one began. */
export function beganAfter(failure: StatusFailure, id: string | undefined): boolean {
  return id === undefined || Date.parse(failure.at) > startOf(id).getTime();
}
