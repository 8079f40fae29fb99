/** Reads what programs told of themselves. Only the days that are asked for are listed: keys sort by date. */
import pLimit from 'p-limit';
import {
  AUDITED_PROGRAMS,
  auditedAfter,
  auditedDatabaseOf,
  auditedRunOf,
  auditedSince,
  auditEventSchema,
  auditKey,
  auditPrefix,
  type AuditedProgram,
  type AuditEvent,
} from '../contract/audit-event';
import { Failure } from '../contract/failure';
import type { Store } from '../runtime/store';
import { auditLog, type AuditEntry, type UnreadableEvent } from './audit-log';
import { readDocument } from './read-manifest';

export interface AuditSearch {
  readonly since: Date;
  /** @default - of all databases */
  readonly database?: string;
  /** @default - of all programs */
  readonly program?: AuditedProgram;
  /** Events that were read before, by their keys: nothing writes over one. @default - none */
  readonly known?: ReadonlyMap<string, AuditEvent>;
}

export interface AuditReport {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  readonly unreadable: readonly UnreadableEvent[];
}

const DAY_MS = 86_400_000;
const DOCUMENTS_AT_A_TIME = 16;

/** Runs that ended, or began, after that instant, and holds moved after it. @throws Failure `store-failed` */
export async function readAudit(store: Store, search: AuditSearch): Promise<AuditReport> {
  return auditReport(await readEvents(store, search), search.since);
}

/** What readAudit goes by. @throws Failure `store-failed` */
export async function readEvents(
  store: Store,
  search: AuditSearch,
): Promise<readonly (AuditEvent | UnreadableEvent)[]> {
  const programs = search.program === undefined ? AUDITED_PROGRAMS : [search.program];
  const found: FoundEvent[] = [];
  for (const program of programs) {
    const databases = search.database === undefined ? databasesOf(store, program) : [search.database];
    for await (const database of databases)
      for await (const event of eventsOf(store, program, database, search.since)) found.push(event);
  }
  return pLimit(DOCUMENTS_AT_A_TIME).map(
    found,
    async (event) => search.known?.get(event.key) ?? (await readEvent(store, event)),
  );
}

export function auditReport(read: readonly (AuditEvent | UnreadableEvent)[], since: Date): AuditReport {
  const events = read.flatMap((each) => ('version' in each ? [each] : []));
  const unreadable = read.flatMap((each) => ('version' in each ? [] : [each]));
  const isWanted = ({ at, endedAt }: AuditEntry) => new Date(endedAt ?? at) >= since;
  return { entries: auditLog(events, unreadable).filter(isWanted), unreadable };
}

type FoundEvent = Omit<UnreadableEvent, 'fault'>;

/** One request each, however many events there are. */
async function* databasesOf(store: Store, program: AuditedProgram): AsyncGenerator<string> {
  let after: string | undefined;
  for (;;) {
    const database = await nextDatabase(store, program, after);
    if (database === undefined) return;
    yield database;
    after = auditedAfter(program, database);
  }
}

async function nextDatabase(store: Store, program: AuditedProgram, after?: string) {
  for await (const { key } of store.list(auditPrefix(program), { after })) {
    const database = auditedDatabaseOf(key);
    if (database !== undefined) return database;
  }
  return undefined;
}

async function* eventsOf(
  store: Store,
  program: AuditedProgram,
  database: string,
  since: Date,
): AsyncGenerator<FoundEvent> {
  // A hold lies at the day of its point, and is moved long after it.
  const isByRun = program !== 'keeper';
  // A run that started the day before may have ended since.
  const after = isByRun ? auditedSince(program, database, new Date(since.getTime() - DAY_MS)) : undefined;
  for await (const { key, modifiedAt } of store.list(auditPrefix(program, database), { after })) {
    const run = auditedRunOf(key);
    if (run !== undefined && (isByRun || modifiedAt >= since)) yield { program, database, key, ...run };
  }
}

/** @throws Failure `store-failed` */
async function readEvent(store: Store, found: FoundEvent): Promise<AuditEvent | UnreadableEvent> {
  try {
    const told: unknown = JSON.parse((await readDocument(store, found.key)).toString('utf8'));
    const event = auditEventSchema.safeParse(told).data;
    if (event === undefined) return { ...found, fault: 'it is no audit event' };
    return auditKey(event) === found.key ? event : { ...found, fault: 'it tells of another run' };
  } catch (error) {
    if (error instanceof SyntaxError) return { ...found, fault: 'it is no JSON' };
    if (error instanceof Failure && error.kind === 'stored-data-faulty')
      return { ...found, fault: error.message };
    throw error;
  }
}
