/**
 * What is used of ECS's event "Task State Change" of a task that stopped:
 * docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
import { z } from 'zod';

export const TASK_EVENT_SOURCE = 'aws.ecs';
export const TASK_EVENT_TYPE = 'ECS Task State Change';

export const taskEventSchema = z.object({
  source: z.literal(TASK_EVENT_SOURCE),
  'detail-type': z.literal(TASK_EVENT_TYPE),
  time: z.iso.datetime(),
  detail: z.object({
    taskArn: z.string(),
    taskDefinitionArn: z.string(),
    lastStatus: z.string(),
    createdAt: z.iso.datetime().optional(),
    stoppedAt: z.iso.datetime().optional(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().optional(),
    containers: z
      .array(z.object({ name: z.string(), exitCode: z.int().optional(), reason: z.string().optional() }))
      .default([]),
  }),
});
export type TaskEvent = z.infer<typeof taskEventSchema>;
