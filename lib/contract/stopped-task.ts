/**
 * A backup's or a drill's task that did not end well, as ECS tells it: one that never started, that was stopped, or whose program
 * exited with another code than 0. It stands in the status bucket, because such a task may not have been able to write.
 */
import { z } from 'zod';
import { DATABASE_NAME_RULE, isDatabaseName } from './object-keys';
import { stampOf } from './recovery-point-id';

export const STOPPED_PROGRAMS = ['backup', 'drill'] as const;
export type StoppedProgram = (typeof STOPPED_PROGRAMS)[number];

export const stoppedTaskSchema = z.strictObject({
  version: z.literal(1),
  /** Records of backups did not always name it. */
  program: z.enum(STOPPED_PROGRAMS).default('backup'),
  database: z.string().refine(isDatabaseName, DATABASE_NAME_RULE),
  taskId: z.string().regex(/^[\w-]{1,64}$/),
  createdAt: z.iso.datetime(),
  stoppedAt: z.iso.datetime(),
  /** For example TaskFailedToStart, EssentialContainerExited, UserInitiated, SpotInterruption. */
  stopCode: z.string(),
  /** Of the program's container; undefined where it never ran, or was killed with its machine. */
  exitCode: z.int().optional(),
  /** ECS's own words. */
  reason: z.string(),
});
export type StoppedTask = z.infer<typeof stoppedTaskSchema>;

const FOLDERS = { backup: 'runs', drill: 'drills' } as const satisfies Record<StoppedProgram, string>;

export function stoppedTaskPrefix(database: string, program: StoppedProgram = 'backup'): string {
  return `${FOLDERS[program]}/${database}/`;
}

/** For example `runs/shop/20261120T020000Z-1dc5c17a46f24ddb.json`: sorts by the time of the stop. */
export function stoppedTaskKey({ database, program, stoppedAt, taskId }: StoppedTask): string {
  return `${stoppedTaskPrefix(database, program)}${stampOf(new Date(stoppedAt))}-${taskId}.json`;
}
