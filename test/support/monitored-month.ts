/**
 * What the monitor publishes while backups run, or do not: its own rules over runs that a test makes up. Passes come
 * with jitter, and now and then one is lost.
 */
import { NO_POINT_AGE_HOURS } from '../../lib/contract/metrics';
import type { VanishingRules } from '../../lib/contract/monitor-config';
import { recoveryPointId, startOf } from '../../lib/contract/recovery-point-id';
import { slotsBetween } from '../../lib/contract/schedule';
import type { StoppedTask } from '../../lib/contract/stopped-task';
import { heldTables, type HeldTable, type HeldTables } from '../../lib/operations/monitor/held-tables';
import { overdueSlots } from '../../lib/operations/monitor/overdue-slots';
import { pointGauges } from '../../lib/operations/monitor/point-gauges';
import { failedRuns, stuckRuns, type Run } from '../../lib/operations/monitor/run-history';
import { comparedPoints } from '../../lib/operations/monitor/vanished-pass';
import { vanishedSince } from '../../lib/operations/monitor/vanished-rows';
import type { RecoveryPoint } from '../../lib/operations/recovery-points';
import type { BackedUpDatabase } from '../../lib/settings/database-schema';
import type { DataPoint, SeriesOf } from './alarm-evaluator';
import { counted, type CountedTables } from './counted-tables';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** How one run goes; what is not given goes as it should. */
export interface RunPlan {
  /** After its slot. @default within the flexible minutes */
  readonly startsAfterMinutes?: number;
  readonly lastsMinutes?: number;
  readonly exitCode?: number;
  readonly bytes?: number;
  /** Of some tables, beside all others as usual. */
  readonly tables?: CountedTables;
  /** Nothing starts it. */
  readonly neverStarts?: boolean;
  /** It begins and is never heard of again. */
  readonly hangs?: boolean;
  /** ECS cannot start it, and says so. */
  readonly failsToStart?: boolean;
  /** The drill that follows a good run. */
  readonly drill?: DrillPlan;
}

/** How one drill goes; what is not given goes as it should. */
export interface DrillPlan {
  readonly exitCode?: number;
  readonly restoreMinutes?: number;
  /** Nothing starts it. */
  readonly neverStarts?: boolean;
  /** It begins and is never heard of again. */
  readonly hangs?: boolean;
}

export interface Month {
  readonly from: Date;
  readonly to: Date;
  readonly schedule: BackedUpDatabase['schedule'];
  readonly drill: Pick<BackedUpDatabase['drill'], 'expectedMinutes'>;
  readonly vanishing: VanishingRules;
  /** How long a backup takes. @default - nearly the expected time, some minutes more or less */
  readonly usualMinutes?: number;
  /** @default - every run goes well */
  readonly plan?: (slot: Date, index: number) => RunPlan;
  /** The monitor makes no pass then. @default never */
  readonly isDead?: (now: Date) => boolean;
  readonly storedFaults?: (now: Date) => number;
  readonly faultyManifests?: (now: Date) => number;
  readonly keptFaults?: (now: Date) => number;
  readonly unkeptObjects?: (now: Date) => number;
  readonly guardrailDifferences?: (now: Date) => number;
  readonly unconfirmedSubscriptions?: (now: Date) => number;
  /** What AWS itself counts, by its metric's name, after that of a queue and a dot: sparse. @default nothing */
  readonly counted?: Readonly<Record<string, readonly DataPoint[]>>;
}

/** Every 40th pass is lost; the others come up to a minute late. The same at every run. */
const isLost = (pass: number) => pass % 40 === 17;
const jitter = (pass: number) => ((pass * 37) % 60) * 1000;

export function seriesOf(month: Month): SeriesOf {
  const series = new Map<string, DataPoint[]>(
    Object.entries(month.counted ?? {}).map(([name, points]) => [name, [...points]]),
  );
  const publish = (at: Date, gauges: Readonly<Record<string, number>>) => {
    for (const [name, value] of Object.entries(gauges)) {
      const points = series.get(name) ?? [];
      points.push({ at: at.getTime(), value });
      series.set(name, points);
    }
  };
  const world = worldOf(month);
  forEachPass(month, 5, (now) => {
    publish(now, { ...lightGauges(world, month, now), ...drillGauges(world, month, now), MonitorPasses: 1 });
  });
  forEachPass(month, 60, (now) => {
    publish(now, fullGauges(world, month, now));
  });
  return (metricName, { QueueName: queue }) =>
    series.get(queue === undefined ? metricName : `${nameOf(queue)}.${metricName}`) ?? [];
}

/** As the app names the queue: its logical id without the hash. */
function nameOf(queue: unknown): string {
  const { 'Fn::GetAtt': [id = ''] = [] } = queue as { readonly 'Fn::GetAtt'?: readonly string[] };
  return id.slice(0, -8);
}

function forEachPass({ from, to, isDead }: Month, minutes: number, pass: (now: Date) => void): void {
  for (let index = 0; from.getTime() + index * minutes * MINUTE < to.getTime(); index++) {
    const now = new Date(from.getTime() + index * minutes * MINUTE + jitter(index));
    if (!isLost(index) && isDead?.(now) !== true) pass(now);
  }
}

interface World {
  readonly runs: readonly (Run & { readonly bytes: number; readonly tables: HeldTables })[];
  readonly stoppedTasks: readonly StoppedTask[];
  readonly drills: readonly Drill[];
}

interface Drill extends Run {
  /** Its point's snapshot. */
  readonly snapshotAt: Date;
  readonly restoreMinutes: number;
}

function worldOf({ from, to, schedule, drill, usualMinutes, plan = () => ({}) }: Month): World {
  const before = new Date(from.getTime() - 14 * 24 * HOUR);
  const planned = slotsBetween(schedule, before, to).map((slot, index) => ({
    slot,
    plan: slot < from ? {} : plan(slot, index),
    index,
  }));
  const begun = planned
    .filter(({ plan: { neverStarts, failsToStart } }) => neverStarts !== true && failsToStart !== true)
    .map(({ slot, plan: each, index }) => ({
      each,
      run: runOf(slot, lasting(each, usualMinutes), index, schedule),
    }));
  const stoppedTasks = planned
    .filter(({ plan: each }) => each.failsToStart)
    .map(({ slot }) => unstarted(slot));
  const drills = begun
    .filter(({ each, run }) => run.ended?.exitCode === 0 && each.drill?.neverStarts !== true)
    .map(({ each, run }) => drillOf(run, each.drill ?? {}, drill.expectedMinutes));
  return { runs: begun.map(({ run }) => run), stoppedTasks, drills };
}

/** As soon as there is a point, and for as long as it may take. */
function drillOf(
  { id, ended }: Run,
  { exitCode = 0, hangs, restoreMinutes = 10 }: DrillPlan,
  expectedMinutes: number,
): Drill {
  const startedAt = new Date((ended?.at.getTime() ?? NaN) + MINUTE);
  const at = new Date(startedAt.getTime() + (expectedMinutes - 1) * MINUTE);
  return {
    id: recoveryPointId(startedAt, Buffer.from([0, 2])),
    ended: hangs === true ? undefined : { at, exitCode },
    ...{ snapshotAt: startOf(id), restoreMinutes },
  };
}

const lasting = (plan: RunPlan, lastsMinutes?: number): RunPlan =>
  lastsMinutes === undefined ? plan : { lastsMinutes, ...plan };

function runOf(
  slot: Date,
  plan: RunPlan,
  index: number,
  { flexibleMinutes, expectedMinutes }: Month['schedule'],
) {
  const {
    startsAfterMinutes = (index * 7) % (flexibleMinutes + 1),
    lastsMinutes = expectedMinutes - 1 - (index % 4),
  } = plan;
  const startedAt = new Date(slot.getTime() + startsAfterMinutes * MINUTE);
  const at = new Date(startedAt.getTime() + lastsMinutes * MINUTE);
  const ended = plan.hangs === true ? undefined : { at, exitCode: plan.exitCode ?? 0 };
  return {
    id: recoveryPointId(startedAt, Buffer.from([0, 1])),
    ended,
    bytes: plan.bytes ?? 1_000_000 + index * 1000,
    tables: heldTables(counted({ ...usualTables(index), ...plan.tables })) ?? new Map<string, HeldTable>(),
  };
}

/** Orders grow, carts shrink, a queue is long or empty, sessions come and go, and the oldest partition is dropped. */
function usualTables(index: number): CountedTables {
  const partition = (day: number) =>
    [`public.events_${String(day)}`, { rows: 4000, parent: 'public.events' }] as const;
  return {
    'public.orders': 100_000 + 900 * index,
    'public.cart': 80_000 - 500 * index,
    'public.session': 3000 + 400 * ((index * 7) % 5),
    'public.outbox': (index * 331) % 1000,
    'queue.job': index % 2 === 0 ? 50_000 : 0,
    'public.events': { rows: null },
    ...Object.fromEntries(Array.from({ length: 7 }, (_, day) => partition(index + day))),
  };
}

function unstarted(slot: Date): StoppedTask {
  const at = (minutes: number) => new Date(slot.getTime() + minutes * MINUTE).toISOString();
  const task = {
    version: 1,
    program: 'backup',
    database: 'shop',
    taskId: 'e9511a82',
    createdAt: at(1),
    stoppedAt: at(4),
  } as const;
  return { ...task, stopCode: 'TaskFailedToStart', reason: 'CannotPullContainerError' };
}

/** @returns those that succeeded with the newest first */
function runsSeenAt<R extends Run>(runs: readonly R[], now: Date) {
  const seen = runs
    .filter(({ id }) => startOf(id) <= now)
    .map((run) => (run.ended !== undefined && run.ended.at > now ? { ...run, ended: undefined } : run));
  return { seen, succeeded: seen.filter(({ ended }) => ended?.exitCode === 0).reverse() };
}

/** What can be known at that time. */
function seenAt({ runs, stoppedTasks }: World, now: Date) {
  const { seen, succeeded: points } = runsSeenAt(runs, now);
  const [newest] = points;
  const since = newest === undefined ? new Date(0) : startOf(newest.id);
  return {
    points,
    newest,
    since,
    history: {
      runs: seen.filter(({ id }) => startOf(id) > since),
      stoppedTasks: stoppedTasks.filter(
        ({ stoppedAt }) => new Date(stoppedAt) <= now && new Date(stoppedAt) > since,
      ),
      madeUpAt: newest?.ended?.at,
    },
  };
}

function lightGauges(world: World, { schedule, storedFaults }: Month, now: Date) {
  const { newest, since, history } = seenAt(world, now);
  return {
    NewestPointAgeHours: newest === undefined ? NO_POINT_AGE_HOURS : (now.getTime() - since.getTime()) / HOUR,
    FailedRuns: failedRuns(history, schedule.expectedMinutes, now).length,
    OverdueSlots: overdueSlots(schedule, history, since, now).length,
    StuckRuns: stuckRuns(history, schedule.expectedMinutes, now).length,
    StoredFaults: storedFaults?.(now) ?? 0,
  };
}

function drillGauges({ drills }: World, { drill: { expectedMinutes } }: Month, now: Date) {
  const { seen, succeeded } = runsSeenAt(drills, now);
  const [proof] = succeeded;
  const since = proof === undefined ? new Date(0) : startOf(proof.id);
  const runs = seen.filter(({ id }) => startOf(id) > since);
  const history = { runs, stoppedTasks: [], madeUpAt: proof?.ended?.at };
  return {
    ProvenPointAgeHours:
      proof === undefined ? NO_POINT_AGE_HOURS : (now.getTime() - proof.snapshotAt.getTime()) / HOUR,
    FailedDrills: failedRuns(history, expectedMinutes, now).length,
    DrillRestoreSeconds: (proof?.restoreMinutes ?? 0) * 60,
  };
}

function fullGauges(world: World, month: Month, now: Date) {
  const made = seenAt(world, now).points;
  const points = made.map(({ id, bytes, ended }) => {
    const [startedAt, finishedAt] = [startOf(id).toISOString(), ended?.at.toISOString()];
    const manifest = {
      id,
      startedAt,
      snapshotAt: startedAt,
      finishedAt,
      storedBytes: bytes,
      databaseBytes: bytes,
      excludedTableData: [],
    };
    return { state: 'valid', database: 'shop', id, manifest } as unknown as RecoveryPoint;
  });
  const gauges = pointGauges(points, now);
  const { sizeRatio = NaN, storedBytes = NaN, durationRatio = NaN, backupSeconds = NaN } = gauges;
  return {
    SizeRatio: sizeRatio,
    StoredBytes: storedBytes,
    DurationRatio: durationRatio,
    BackupSeconds: backupSeconds,
    VanishedTables: vanishedTables(made, month, now),
    FaultyManifests: month.faultyManifests?.(now) ?? 0,
    KeptFaults: month.keptFaults?.(now) ?? 0,
    UnkeptObjects: month.unkeptObjects?.(now) ?? 0,
    GuardrailDifferences: month.guardrailDifferences?.(now) ?? 0,
    UnconfirmedSubscriptions: month.unconfirmedSubscriptions?.(now) ?? 0,
  };
}

/** As the monitor does with manifests that it reads. */
function vanishedTables(made: World['runs'], { vanishing }: Month, now: Date): number {
  const seen = made.map(({ id, tables }) => {
    return { id, snapshotAt: startOf(id).toISOString(), state: 'valid', counted: true, tables } as const;
  });
  const [newest, ...references] = comparedPoints(seen, now);
  return newest === undefined ? 0 : vanishedSince(newest.tables, references, vanishing).length;
}
