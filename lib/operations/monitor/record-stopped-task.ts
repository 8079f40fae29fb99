/** Writes down that a task did not end well: the next passes count it until a new recovery point, or proof, appears. */
import { BACKUP_CONTAINER, backupTaskFamily, DRILL_CONTAINER, drillTaskFamily } from '../../contract/names';
import type { MonitorConfig } from '../../contract/monitor-config';
import {
  STOPPED_PROGRAMS,
  stoppedTaskKey,
  type StoppedProgram,
  type StoppedTask,
} from '../../contract/stopped-task';
import type { TaskEvent } from '../../contract/task-event';
import { StoreKeyExists, type Store } from '../../runtime/store';

/** How a program's tasks are told apart. */
const TASKS = {
  backup: { familyOf: backupTaskFamily, container: BACKUP_CONTAINER },
  drill: { familyOf: drillTaskFamily, container: DRILL_CONTAINER },
} as const satisfies Record<StoppedProgram, unknown>;

/**
 * @returns undefined for a task that is none of ours, still runs, or whose program exited with 0: other containers may
 * end as they like, and who stops a task after that stops nothing
 */
export function stoppedTaskOf({ detail, time }: TaskEvent, config: MonitorConfig): StoppedTask | undefined {
  const family = /:task-definition\/([^:]+)/.exec(detail.taskDefinitionArn)?.[1];
  const task = ownTask(family, config);
  if (task === undefined || detail.lastStatus !== 'STOPPED') return undefined;
  const container = detail.containers.find(({ name }) => name === TASKS[task.program].container);
  if (container?.exitCode === 0) return undefined;
  const { createdAt = time, stoppedAt = time, stopCode = 'unknown', stoppedReason } = detail;
  return {
    version: 1,
    ...task,
    taskId: detail.taskArn.slice(detail.taskArn.lastIndexOf('/') + 1),
    createdAt,
    stoppedAt,
    stopCode,
    ...(container?.exitCode !== undefined && { exitCode: container.exitCode }),
    reason: [stoppedReason, container?.reason].filter(Boolean).join(' · ') || 'no reason was given',
  };
}

function ownTask(
  family: string | undefined,
  { installation, databases }: MonitorConfig,
): Pick<StoppedTask, 'program' | 'database'> | undefined {
  return Object.keys(databases)
    .flatMap((database) => STOPPED_PROGRAMS.map((program) => ({ program, database })))
    .find(({ program, database }) => TASKS[program].familyOf(installation, database) === family);
}

/** Events come at least once. @throws Failure `store-failed` */
export async function recordStoppedTask(statusStore: Store, task: StoppedTask): Promise<void> {
  const document = Buffer.from(`${JSON.stringify(task, null, 2)}\n`);
  await statusStore.put(stoppedTaskKey(task), document).catch((error: unknown) => {
    if (!(error instanceof StoreKeyExists)) throw error;
  });
}
