/** The history as a person asks for it: of each run one entry, of each hold one. Pure. */
import type { AuditEvent } from '../contract/audit-event';
import { startOf } from '../contract/recovery-point-id';

/** An event that is there and cannot be believed to be one. */
export interface UnreadableEvent extends Pick<AuditEvent, 'program' | 'database' | 'id' | 'event'> {
  readonly key: string;
  readonly fault: string;
}

export interface AuditEntry extends Pick<AuditEvent, 'program' | 'database' | 'id'> {
  /** `no end`: it still runs, was killed, or lost its store. `unreadable`: its end is there and says nothing. */
  readonly state: 'ended' | 'no end' | 'unreadable' | 'held' | 'released';
  /** When the run started, or the hold was moved; ISO-8601. */
  readonly at: string;
  readonly endedAt: string | null;
  readonly seconds: number | null;
  /** null where the run has no end that can be read. */
  readonly exitCode: number | null;
  readonly failure: string | null;
  readonly who: string | null;
  readonly reason: string | null;
  readonly identity: string | null;
  readonly osUser: string | null;
  readonly what: string | null;
  readonly slot: string | null;
  readonly overrides: readonly string[];
}

type Known = Pick<AuditEvent, 'program' | 'database' | 'id' | 'event'>;

/** Newest first. Events may come in any order; a run that has an end only never got hold of its database. */
export function auditLog(
  events: readonly AuditEvent[],
  unreadable: readonly UnreadableEvent[] = [],
): AuditEntry[] {
  const holds = events.flatMap((event) => (isOfRun(event) ? [] : [holdEntry(event)]));
  const byRun = Map.groupBy(
    [...events, ...unreadable].filter(isOfRun),
    ({ program, database, id }) => `${program}/${database}/${id}`,
  );
  const runs = [...byRun.values()].map(runEntry);
  return [...holds, ...runs].sort((a, b) => compare(b.at, a.at) || compare(b.id, a.id));
}

function isOfRun({ event }: Known): boolean {
  return event === 'started' || event === 'ended';
}

function runEntry(ofRun: readonly (AuditEvent | UnreadableEvent)[]): AuditEntry {
  const readable = ofRun.filter((event): event is AuditEvent => 'version' in event);
  const started = readable.find(({ event }) => event === 'started');
  const ended = readable.find(({ event }) => event === 'ended');
  const { program, database, id } = ofRun[0] as Known;
  // By its id, not by its first event: before that one a backup waits for its database.
  const at = startOf(id);
  const hasEnd = ofRun.some(({ event }) => event === 'ended');
  return {
    ...{ program, database, id, at: at.toISOString() },
    state: ended !== undefined ? 'ended' : hasEnd ? 'unreadable' : 'no end',
    endedAt: ended?.at ?? null,
    seconds: ended === undefined ? null : Math.max(0, (Date.parse(ended.at) - at.getTime()) / 1000),
    exitCode: ended?.exitCode ?? null,
    failure: ended?.failure ?? null,
    // What is known only later stands in the end alone.
    ...tellersOf({ ...started, ...ended }),
  };
}

function holdEntry(event: AuditEvent): AuditEntry {
  const { program, database, id, at } = event;
  const state = event.event === 'held' ? 'held' : 'released';
  const neverEnds = { endedAt: null, seconds: null, exitCode: null, failure: null };
  return { program, database, id, state, at, ...neverEnds, ...tellersOf(event) };
}

function tellersOf(event: Partial<AuditEvent>) {
  const { who, reason, identity, osUser, what, slot, overrides } = event;
  return {
    ...{ who: who ?? null, reason: reason ?? null, identity: identity ?? null, osUser: osUser ?? null },
    ...{ what: what ?? null, slot: slot ?? null, overrides: overrides ?? [] },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
