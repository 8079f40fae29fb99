/** Starts the restore task of an installation in AWS, follows its log, and answers with what came of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { EXIT_CODES, Failure, messageOf, type FailureKind } from '../contract/failure';
import { humanSeconds } from '../contract/human';
import { namesOf, RESTORE_CONTAINER, restoreTaskFamily } from '../contract/names';
import { EcsTasks, type LogPlace, type TaskNetwork, type TaskState } from '../runtime/ecs-task';
import type { Reporter } from '../runtime/reporter';
import { TaskLog } from '../runtime/task-log';

export interface RestoreTaskRequest {
  readonly installation: string;
  /** Of the server that is restored into. */
  readonly major: number;
  /** Of the program. */
  readonly command: readonly string[];
  readonly network: TaskNetwork;
  /** Return as soon as it is started. */
  readonly detach: boolean;
  readonly startedBy: string;
}

export interface RestoreTaskTools {
  readonly reporter: Reporter;
  /** Ends the task; its reason is a Failure `stopped`. */
  readonly signal: AbortSignal;
  /** For how long ECS may know nothing of the task until it is given up. @default 300000 */
  readonly patienceMs?: number;
}

export interface StartedTask {
  readonly cluster: string;
  readonly taskArn: string;
  readonly log: LogPlace | undefined;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5000;
/** ECS knows a task a little after it was started, and for an hour after its end. */
const PATIENCE_MS = 5 * 60_000;
/** CloudWatch shows the last lines a little after the end. */
const LOOKS_AFTER_THE_END = 3;

/**
 * @returns once the task has ended with 0, or is started where the request is to detach
 * @throws Failure of the kind that the container's exit code means; `restore-failed` where it has none; `stopped`
 */
export async function runRestoreTask(
  request: RestoreTaskRequest,
  tools: RestoreTaskTools,
): Promise<StartedTask> {
  const { reporter, signal } = tools;
  signal.throwIfAborted();
  const { installation, major, command, network, startedBy, detach } = request;
  const { cluster } = namesOf(installation);
  const family = restoreTaskFamily(installation, major);
  const ecs = new EcsTasks(cluster);
  try {
    const task = { family, container: RESTORE_CONTAINER, command, network, startedBy };
    const logOf = await ecs.logOf(family, RESTORE_CONTAINER);
    const taskArn = await ecs.start(task);
    reporter.info(`Started ${taskArn}`, { definition: family, command: command.join(' ') });
    const started = { cluster, taskArn, log: logOf(taskArn) };
    if (!detach) await follow(ecs, started, tools);
    return started;
  } finally {
    ecs.close();
  }
}

/** A signal stops the task, and its end is waited for: until then its database may be half-made. */
async function follow(
  ecs: EcsTasks,
  { taskArn, log }: StartedTask,
  { reporter, signal, patienceMs = PATIENCE_MS }: RestoreTaskTools,
): Promise<void> {
  const lines = new LogLines(log, reporter);
  try {
    let status = '';
    let stopping = false;
    let unknownMs = 0;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(1.5 * pause, LONGEST_PAUSE_MS)) {
      if (signal.aborted && !stopping) {
        stopping = true;
        reporter.warn('Stopping the task: it drops what it has half-made. That may take two minutes.');
        await ecs.stop(taskArn, 'Stopped by the operator').catch(lostSightOf(taskArn));
      }
      await wait(pause, undefined, stopping ? {} : { signal }).catch(() => undefined);
      const state = await ecs.state(taskArn, RESTORE_CONTAINER).catch(lostSightOf(taskArn));
      await lines.tell();
      unknownMs = state === undefined ? unknownMs + pause : 0;
      if (unknownMs > patienceMs) throw forgotten(taskArn, unknownMs);
      if (state === undefined) continue;
      if (state.status !== status) reporter.info(`The task is ${state.status}.`);
      status = state.status;
      if (status !== 'STOPPED') continue;
      await lines.tellRest();
      judge(state, stopping);
      return;
    }
  } finally {
    lines.close();
  }
}

/** Never ends the waiting: without a log the exit code still says what came of it. */
class LogLines {
  private log: TaskLog | undefined;

  constructor(
    place: LogPlace | undefined,
    private readonly reporter: Reporter,
  ) {
    if (place !== undefined) this.log = new TaskLog(place);
    else reporter.warn('The task has no log in CloudWatch.');
  }

  async tell(): Promise<number> {
    try {
      const lines = (await this.log?.next()) ?? [];
      for (const line of lines) this.reporter.info(line);
      return lines.length;
    } catch (error) {
      this.reporter.warn(`The task's log cannot be read: ${messageOf(error)}. It is waited for without it.`);
      this.close();
      this.log = undefined;
      return 0;
    }
  }

  async tellRest(): Promise<void> {
    for (let look = 0; look < LOOKS_AFTER_THE_END && this.log !== undefined; look += 1) {
      await wait(FIRST_PAUSE_MS);
      await this.tell();
    }
  }

  close(): void {
    this.log?.close();
  }
}

/** @throws Failure unless it ended with 0 */
function judge({ exitCode, stopCode = 'it is not said why', reason }: TaskState, stopping: boolean): void {
  if (exitCode === 0) return;
  if (stopping) {
    throw new Failure(
      'stopped',
      `Stopped by a signal, and with it the task (exit code ${exitCode ?? 'none'}).`,
      {
        hint: 'Its log above says whether it dropped the database that it had made.',
      },
    );
  }
  if (exitCode === undefined) {
    throw new Failure('restore-failed', `The task ended without an exit code: ${stopCode}: ${reason}`, {
      hint:
        stopCode === 'TaskFailedToStart'
          ? 'Nothing was restored. Most often subnets without a way to AWS, or a secret or image that cannot be read.'
          : 'Nobody knows how far it came: drop the target database if it is there, and run again.',
    });
  }
  throw new Failure(kindOf(exitCode), `The restore task ended with exit code ${exitCode}: ${reason}`, {
    hint:
      exitCode === 137
        ? 'It was killed, most often for want of memory. Drop the target database if it is there.'
        : 'Its log above says why, and what to do.',
  });
}

/** The task's program is this one: its codes mean the same. */
function kindOf(exitCode: number): FailureKind {
  const found = Object.entries(EXIT_CODES).find(([, code]) => code === exitCode);
  return found === undefined ? 'restore-failed' : (found[0] as FailureKind);
}

function lostSightOf(taskArn: string): (cause: unknown) => never {
  return (cause) => {
    throw lostSight(taskArn, messageOf(cause), cause);
  };
}

function forgotten(taskArn: string, unknownMs: number): Failure {
  return lostSight(taskArn, `ECS has known no such task for ${humanSeconds(unknownMs / 1000)}`);
}

function lostSight(taskArn: string, why: string, cause?: unknown): Failure {
  return new Failure('restore-failed', `${why}. The task may go on without us.`, {
    hint: `See what became of it in the console of ECS, or by aws ecs describe-tasks: ${taskArn}`,
    cause,
  });
}
