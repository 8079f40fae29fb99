/** What was backed up in a period, and how much could have been lost. Pure. */
import type { BackupsInPeriod, KeptClass, Period } from '../../contract/compliance';
import { RETENTION_CLASSES } from '../../contract/object-keys';
import { slotsBetween } from '../../contract/schedule';
import { EXIT_CODES } from '../../contract/failure';
import type { AuditEntry } from '../audit-log';
import type { BelievedPoint } from '../recovery-points';
import type { Objectives } from './gathered';

const MINUTE = 60_000;
const HOUR = 3_600_000;

export interface BackupSources {
  /** Of this database, in any order: also those that have expired. */
  readonly points: readonly BelievedPoint[];
  /** Of this database; undefined where the audit could not be read. */
  readonly audit: readonly AuditEntry[] | undefined;
  readonly objectives: Objectives | undefined;
}

export function backupsOf(
  database: string,
  { points, audit, objectives }: BackupSources,
  period: Period,
): BackupsInPeriod {
  const gap = longestGap(
    points.map(({ manifest }) => manifest),
    period,
  );
  return {
    database,
    points: points.filter(({ manifest }) => isWithin(manifest.startedAt, period)).length,
    runs: audit === undefined ? null : runsOf(audit, period),
    longestGapHours: gap === undefined ? null : gap.ms / HOUR,
    longestGapFrom: gap === undefined ? null : new Date(gap.from).toISOString(),
    rpoHours: objectives?.rpoHours ?? null,
    slots: objectives === undefined ? null : slotsOf(points, objectives, period),
  };
}

export function isWithin(instant: string, { since, until }: Period): boolean {
  const at = Date.parse(instant);
  return at >= since.getTime() && at < until.getTime();
}

/** A run that left the database to another one failed nobody. Exports are no backups. */
function runsOf(audit: readonly AuditEntry[], period: Period): NonNullable<BackupsInPeriod['runs']> {
  const runs = audit.filter(
    ({ program, at, what, exitCode }) =>
      program === 'backup' &&
      what === null &&
      isWithin(at, period) &&
      exitCode !== EXIT_CODES['already-running'],
  );
  const ended = runs.filter(({ state }) => state === 'ended');
  const succeeded = ended.filter(({ exitCode }) => exitCode === 0).length;
  return { succeeded, failed: ended.length - succeeded, noEnd: runs.length - ended.length };
}

interface Taken {
  readonly snapshotAt: string;
  readonly finishedAt: string;
}

interface Gap {
  /** The snapshot that one would have had to go back to. */
  readonly from: number;
  readonly ms: number;
}

/**
 * The oldest that the newest recovery point ever was: from its snapshot until the next one was whole, or the period ended.
 * Before the first point nothing is known to have been there.
 */
export function longestGap(taken: readonly Taken[], { since, until }: Period): Gap | undefined {
  const times = taken
    .map(({ snapshotAt, finishedAt }) => ({ from: Date.parse(snapshotAt), whole: Date.parse(finishedAt) }))
    .filter(({ whole }) => whole < until.getTime())
    .sort((a, b) => a.whole - b.whole);
  let newest: number | undefined;
  let longest: Gap | undefined;
  for (const { from, whole } of [...times, { from: Infinity, whole: until.getTime() }]) {
    if (newest !== undefined && whole > since.getTime() && whole - newest > (longest?.ms ?? -1))
      longest = { from: newest, ms: whole - newest };
    newest = Math.max(newest ?? from, from);
  }
  return longest;
}

/** A slot is served by a recovery point that was begun before the next slot. Before the first point nothing was due. */
function slotsOf(
  points: readonly BelievedPoint[],
  { schedule }: Objectives,
  { since, until }: Period,
): NonNullable<BackupsInPeriod['slots']> {
  const starts = points.map(({ manifest }) => Date.parse(manifest.startedAt)).sort((a, b) => a - b);
  const first = starts[0] ?? until.getTime();
  const openMs = (schedule.flexibleMinutes + schedule.expectedMinutes) * MINUTE;
  const from = new Date(Math.max(since.getTime(), first - openMs));
  if (from >= until) return { due: 0, served: 0 };
  const slots = slotsBetween(schedule, from, until).map((slot) => slot.getTime());
  const due = slots.filter((slot) => slot + openMs <= until.getTime());
  const served = due.filter((slot, index) => {
    const next = slots[index + 1] ?? until.getTime();
    return starts.some((start) => start >= slot && start < next);
  });
  return { due: due.length, served: served.length };
}

/** Of the points that are kept now. */
export function keptClasses(points: readonly BelievedPoint[]): KeptClass[] {
  const valid = points.filter(({ state }) => state === 'valid');
  const groups = Map.groupBy(valid, ({ database, manifest }) => `${database}/${manifest.class}`);
  return [...groups.values()]
    .map((group) => keptClass(group))
    .sort(
      (a, b) =>
        compare(a.database, b.database) ||
        RETENTION_CLASSES.indexOf(a.class) - RETENTION_CLASSES.indexOf(b.class),
    );
}

function keptClass(group: readonly BelievedPoint[]): KeptClass {
  const sorted = (field: 'startedAt' | 'retainUntil') => group.map(({ manifest }) => manifest[field]).sort();
  const [starts, ends] = [sorted('startedAt'), sorted('retainUntil')];
  const [{ database, manifest }] = group as [BelievedPoint];
  return {
    ...{ database, class: manifest.class, points: group.length },
    ...{ oldest: starts[0] ?? '', newest: starts.at(-1) ?? '' },
    ...{ earliestRetainUntil: ends[0] ?? '', latestRetainUntil: ends.at(-1) ?? '' },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
