/** What the keeper is told at deployment: stands in `config.json` beside its code. */
import { z } from 'zod';

export const keeperConfigSchema = z.strictObject({
  /** Of an object that was born without a lock. */
  lockMode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  /** No manifest has its objects locked for more days from now. */
  longestLockDays: z.int().positive(),
  /** Where drills run: there nothing expires before something newer is proven. */
  drilledDatabases: z.array(z.string()),
});
export type KeeperConfig = z.infer<typeof keeperConfigSchema>;
