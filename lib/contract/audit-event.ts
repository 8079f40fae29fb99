/**
 * One line of history: a program began, or ended, and how; or the keeper moved its hold. Written by the program itself under audit/, so it tells what
 * a program says of itself; recovery points are believed by their signed manifests alone.
 */
import { z } from 'zod';
import { DATABASE_NAME_RULE, isDatabaseName, PREFIXES } from './object-keys';
import { isRecoveryPointId } from './recovery-point-id';

export const AUDITED_PROGRAMS = ['backup', 'restore', 'drill', 'keeper', 'prune'] as const;
export type AuditedProgram = (typeof AUDITED_PROGRAMS)[number];

/** Of a run that it began and ended; of a recovery point that its objects were put on hold and released. */
export const AUDIT_EVENTS = ['started', 'ended', 'held', 'released'] as const;

export const auditEventSchema = z.strictObject({
  version: z.literal(1),
  program: z.enum(AUDITED_PROGRAMS),
  database: z.string().refine(isDatabaseName, DATABASE_NAME_RULE),
  /** Of the run: a backup's is that of the recovery point it makes. Of holds it is that of the point. */
  id: z.string().refine(isRecoveryPointId, 'must look like 20261120T020000Z-0a1b2c'),
  event: z.enum(AUDIT_EVENTS),
  at: z.iso.datetime(),
  /** As whoever started it says: not checked by anything. */
  who: z.string(),
  reason: z.string(),
  /** ARN that STS answers for the credentials of the run; absent where it had none. */
  identity: z.string().optional(),
  /** Account on the machine that ran it, for example `root@db-1`. */
  osUser: z.string().optional(),
  /** What was worked on, where the id alone does not say it: a restore's point and target. */
  what: z.string().optional(),
  /** Refusals that the operator overrode, by the names of the switches. */
  overrides: z.array(z.string()).optional(),
  /** Only of `ended`: 0 is good; docs/restore.md lists the others. */
  exitCode: z.int().nonnegative().optional(),
  /** Only of `ended` with another exit code than 0: what went wrong, without secrets. */
  failure: z.string().optional(),
  /** The slot of the schedule which this run serves; undefined for one that a person started. */
  slot: z.iso.datetime().optional(),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;

/** Below it lie the events of one program, and of one database; the next parts of a key are year, month and day. */
export function auditPrefix(program: AuditedProgram, database?: string): string {
  return `${PREFIXES.audit}${program}/${database === undefined ? '' : `${database}/`}`;
}

/** For example `audit/backup/shop/2026/11/20/20261120T020000Z-0a1b2c-started.json`: sorts by the run's start. */
export function auditKey({
  program,
  database,
  id,
  event,
}: Pick<AuditEvent, 'program' | 'database' | 'id' | 'event'>): string {
  const day = `${id.slice(0, 4)}/${id.slice(4, 6)}/${id.slice(6, 8)}`;
  return `${auditPrefix(program, database)}${day}/${id}-${event}.json`;
}

/** Sorts before every event of a run that started on this UTC day or later, and after all earlier ones. */
export function auditedSince(program: AuditedProgram, database: string, day: Date): string {
  return `${auditPrefix(program, database)}${day.toISOString().slice(0, 10).replaceAll('-', '/')}`;
}

/** Sorts after every event of the database, and before the first of the next one. */
export function auditedAfter(program: AuditedProgram, database: string): string {
  return `${auditPrefix(program, database)}~`;
}

/** Whose events lie at such a key; undefined where it is none of an event. */
export function auditedDatabaseOf(key: string): string | undefined {
  const database = key.startsWith(PREFIXES.audit) ? key.split('/')[2] : undefined;
  return database !== undefined && isDatabaseName(database) ? database : undefined;
}

/** What an event's key tells of it, or undefined where the key is none. */
export function auditedRunOf(key: string): Pick<AuditEvent, 'id' | 'event'> | undefined {
  const [, id = '', name] = /([^/]+)-([a-z]+)\.json$/.exec(key) ?? [];
  const event = AUDIT_EVENTS.find((known) => known === name);
  return isRecoveryPointId(id) && event !== undefined ? { id, event } : undefined;
}
