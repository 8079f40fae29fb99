/**
 * What the monitor remembers of a database's audit for its status, so that each event is read once. It lies in the status
 * bucket, proves as little as the audit itself, and is made again from the store wherever it is lost or cannot be read.
 */
import { z } from 'zod';
import { auditEventSchema } from './audit-event';

/** Another version is made anew. */
export const HISTORY_INDEX_VERSION = 1;

export const historyIndexSchema = z.strictObject({
  version: z.literal(HISTORY_INDEX_VERSION),
  database: z.string(),
  /** Of the days of a status; those that cannot be read are read anew each time. */
  events: z.array(auditEventSchema),
});
export type HistoryIndex = z.infer<typeof historyIndexSchema>;

/** In the status bucket. */
export function historyIndexKey(database: string): string {
  return `history/postgres/${database}.json.gz`;
}
