/** The audit of one database within the days of a status: an event that was read once is remembered. */
import { auditKey, type AuditEvent } from '../../contract/audit-event';
import {
  HISTORY_INDEX_VERSION,
  historyIndexKey,
  historyIndexSchema,
  type HistoryIndex,
} from '../../contract/history-index';
import { STATUS_DAYS } from '../../contract/status';
import type { Documents } from '../../runtime/documents';
import { readRemembered, remember } from '../../runtime/remembered-json';
import type { Store } from '../../runtime/store';
import type { AuditEntry } from '../audit-log';
import { auditReport, readEvents } from '../read-audit';

const DAY_MS = 86_400_000;

/** Newest first. @throws Failure `store-failed` */
export async function rememberedAudit(
  database: string,
  { store, documents }: { readonly store: Store; readonly documents: Documents },
  now: Date,
): Promise<readonly AuditEntry[]> {
  const since = statusSince(now);
  const known = await loadEvents(documents, database);
  const read = await readEvents(store, { since, database, known });
  const events = read.flatMap((event) => ('version' in event ? [event] : []));
  if (events.length !== known.size || events.some((event) => !known.has(auditKey(event))))
    await saveEvents(documents, { version: HISTORY_INDEX_VERSION, database, events });
  return auditReport(read, since).entries;
}

/** Charts, drills and history begin there. */
export function statusSince(now: Date): Date {
  return new Date(now.getTime() - STATUS_DAYS * DAY_MS);
}

async function loadEvents(documents: Documents, database: string): Promise<Map<string, AuditEvent>> {
  const remembered = await readRemembered(documents, historyIndexKey(database));
  const saved = historyIndexSchema.safeParse(remembered).data;
  const events = saved?.database === database ? saved.events : [];
  return new Map(events.map((event) => [auditKey(event), event]));
}

async function saveEvents(documents: Documents, history: HistoryIndex): Promise<void> {
  await remember(documents, historyIndexKey(history.database), history);
}
