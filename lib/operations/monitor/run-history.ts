/** What is known of a database's backups, or drills, since the newest one that did its work, and what follows. Pure. */
import { startOf } from '../../contract/recovery-point-id';
import { EXIT_CODES } from '../../contract/failure';
import type { StoppedTask } from '../../contract/stopped-task';

/** A run as its own audit events tell it. */
export interface Run {
  readonly id: string;
  /** undefined while it runs, and for ever where it was killed. */
  readonly ended: { readonly at: Date; readonly exitCode: number; readonly failure?: string } | undefined;
  /** Of a point newer than the newest success's: that one does not make up for its failure. @default false */
  readonly ofNewerPoint?: boolean;
}

export interface RunHistory {
  /** Begun after the newest success: a recovery point, or a proof. */
  readonly runs: readonly Run[];
  /** Tasks that ECS saw end badly after it. */
  readonly stoppedTasks: readonly StoppedTask[];
  /** When the newest success was finished: it makes up for what failed before. */
  readonly madeUpAt: Date | undefined;
}

const MINUTE = 60_000;
/** One that found another run at work leaves the slot to it: EventBridge starts a task at least once. */
export const HARMLESS: readonly number[] = [0, EXIT_CODES['already-running']];
/** Between the clocks of ECS and of a task. */
const CLOCK_TOLERANCE_MS = MINUTE;
/** A run that takes longer than so many times its expected minutes is stuck. */
const STUCK_AFTER = 2;

/** Each in words: runs that failed, did not start, were stopped, or got stuck, each once. */
export function failedRuns(history: RunHistory, expectedMinutes: number, now: Date): string[] {
  const { runs, stoppedTasks, madeUpAt } = history;
  const isMadeUpFor = (at: Date) => madeUpAt !== undefined && at <= madeUpAt;
  const failed = runs.filter(
    ({ ended, ofNewerPoint = false }) =>
      ended !== undefined && !HARMLESS.includes(ended.exitCode) && (ofNewerPoint || !isMadeUpFor(ended.at)),
  );
  // Of a task whose run told its own end there is nothing more to say.
  const silent = stoppedTasks.filter(
    (task) =>
      !isMadeUpFor(new Date(task.stoppedAt)) &&
      !runs.some((run) => run.ended !== undefined && isRunOf(task, run)),
  );
  return [
    ...failed.map(
      ({ id, ended }) =>
        `run ${id} ended with ${ended?.exitCode ?? ''}${ended?.failure === undefined ? '' : `: ${ended.failure}`}`,
    ),
    ...silent.map(({ taskId, stopCode, reason }) => `task ${taskId}: ${stopCode}: ${reason}`),
    ...stuckRuns(history, expectedMinutes, now).map(({ id }) => `run ${id} has not ended`),
  ];
}

/** Begun, not ended, and not stopped either, for more than twice their expected time. */
export function stuckRuns(
  { runs, stoppedTasks }: RunHistory,
  expectedMinutes: number,
  now: Date,
): readonly Run[] {
  const begunBefore = now.getTime() - STUCK_AFTER * expectedMinutes * MINUTE;
  return runs.filter(
    (run) =>
      run.ended === undefined &&
      startOf(run.id).getTime() < begunBefore &&
      !stoppedTasks.some((task) => isRunOf(task, run)),
  );
}

/** Neither knows the other's name, but a run lies within the life of its task. */
export function isRunOf({ createdAt, stoppedAt }: StoppedTask, { id }: Pick<Run, 'id'>): boolean {
  const begun = startOf(id).getTime();
  return (
    begun >= Date.parse(createdAt) - CLOCK_TOLERANCE_MS && begun <= Date.parse(stoppedAt) + CLOCK_TOLERANCE_MS
  );
}
