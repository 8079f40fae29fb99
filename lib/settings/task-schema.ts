/** The size of a Fargate task; lib/settings/task-rules.ts says which sizes there are. */
import { z } from 'zod';
import { fields, whole } from './fields';

export const taskSchema = fields({
  /**
   * Fargate's CPU units: 1024 are one core.
   * @default 1024
   */
  cpu: z
    .literal([256, 512, 1024, 2048, 4096, 8192, 16_384], 'one of 256, 512, 1024, 2048, 4096, 8192, 16384')
    .default(1024),
  /**
   * Memory in MiB; what is allowed depends on `cpu`.
   * @default 2048
   */
  memoryMiB: whole('MiB', 512, 122_880).default(2048),
  /**
   * Local disk in GiB. Directory format keeps finished files there until they are stored.
   * @default 21
   */
  ephemeralStorageGiB: whole('GiB', 21, 200).default(21),
});
