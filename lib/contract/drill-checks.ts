/** What a drill asks of a restored database beyond the compare: written in the settings, read by the program as JSON. */
import { z } from 'zod';

const name = z
  .string('a name')
  .regex(/^[^\u0000-\u001f]{1,100}$/, 'a name of at most 100 characters, in one line');

/** A query with one row and one column: true, or a number within bounds. */
const queryCheckSchema = z.strictObject({
  name,
  /** Runs in a read-only transaction of the restored database. */
  sql: z.string('a query').regex(/^\s*(select|with|values|table)\b/i, 'a query that begins with select'),
  /** @default - no lower bound; without any bound the value must be true */
  atLeast: z.number('a number').optional(),
  /** @default - no upper bound */
  atMost: z.number('a number').optional(),
});

/** A program and its arguments, without a shell; it gets the restored database as DATABASE_URL and must exit with 0. */
const commandCheckSchema = z.strictObject({
  name,
  command: z.array(z.string().min(1)).min(1, 'a program and its arguments'),
  /** @default 600 */
  timeoutSeconds: z.int('whole seconds from 1 to 86400').min(1).max(86_400).default(600),
});

export const drillCheckSchema = z.union(
  [queryCheckSchema, commandCheckSchema],
  '{ name, sql, atLeast?, atMost? } or { name, command: [program, …arguments], timeoutSeconds? }',
);
export const drillChecksSchema = z.array(drillCheckSchema);
export type DrillCheck = z.output<typeof drillCheckSchema>;
