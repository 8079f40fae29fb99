/** Writes down that a backup's task did not end well: the next passes count it until a new recovery point appears. */
import { BACKUP_CONTAINER, backupTaskFamily } from '../../contract/names';
import type { MonitorConfig } from '../../contract/monitor-config';
import { stoppedTaskKey, type StoppedTask } from '../../contract/stopped-task';
import type { TaskEvent } from '../../contract/task-event';
import { StoreKeyExists, type Store } from '../../runtime/store';

/**
 * @returns undefined for a task that is none of ours, still runs, or whose backup exited with 0: other containers may
 * end as they like, and who stops a task after that stops nothing
 */
export function stoppedTaskOf({ detail, time }: TaskEvent, config: MonitorConfig): StoppedTask | undefined {
  const family = /:task-definition\/([^:]+)/.exec(detail.taskDefinitionArn)?.[1];
  const database = Object.keys(config.databases).find(
    (name) => backupTaskFamily(config.installation, name) === family,
  );
  const container = detail.containers.find(({ name }) => name === BACKUP_CONTAINER);
  if (database === undefined || detail.lastStatus !== 'STOPPED' || container?.exitCode === 0)
    return undefined;
  const { createdAt = time, stoppedAt = time, stopCode = 'unknown', stoppedReason } = detail;
  return {
    version: 1,
    database,
    taskId: detail.taskArn.slice(detail.taskArn.lastIndexOf('/') + 1),
    createdAt,
    stoppedAt,
    stopCode,
    ...(container?.exitCode !== undefined && { exitCode: container.exitCode }),
    reason: [stoppedReason, container?.reason].filter(Boolean).join(' · ') || 'no reason was given',
  };
}

/** Events come at least once. @throws Failure `store-failed` */
export async function recordStoppedTask(statusStore: Store, task: StoppedTask): Promise<void> {
  const document = Buffer.from(`${JSON.stringify(task, null, 2)}\n`);
  await statusStore.put(stoppedTaskKey(task), document).catch((error: unknown) => {
    if (!(error instanceof StoreKeyExists)) throw error;
  });
}
