/** What a monitor would measure of a database, from its index and what its programs told of themselves. */
import { NO_POINT_AGE_HOURS } from '../../contract/metrics';
import type { VanishingRules } from '../../contract/monitor-config';
import type { PointIndex } from '../../contract/point-index';
import { startOf } from '../../contract/recovery-point-id';
import type { Store } from '../../runtime/store';
import type { Measured } from '../monitor/measured';
import { overdueSlots } from '../monitor/overdue-slots';
import { hoursSince, pointGauges } from '../monitor/point-gauges';
import { readRunHistory } from '../monitor/read-run-history';
import { failedRuns, stuckRuns } from '../monitor/run-history';
import { manifestReader, seenPoints, vanishedPass } from '../monitor/vanished-pass';
import { knownPoints, nameOfKey } from '../point-index/known-points';
import type { Trust } from '../read-manifest';
import type { ToldDatabase } from './database-facts';
import { UNTOLD_MINUTES } from './describe-history';
import { newestPoint, newestProven } from './describe-points';

/** Where no settings are at hand: those that settings have by default. */
const UNTOLD_VANISHING: VanishingRules = { share: 0.5, minimumRows: 1000, tables: [] };
/** What is lost shows in the status: nobody reads a log here. */
const NO_LOG = { warn: () => undefined };

/** @param told undefined where no settings are at hand @throws Failure `store-failed` */
export async function liveGauges(
  index: PointIndex,
  { store, trust }: { readonly store: Store; readonly trust: Trust },
  told: ToldDatabase | undefined,
  now: Date,
): Promise<Measured> {
  const points = knownPoints(index, now);
  const rows = {
    read: manifestReader({ store, trust: () => Promise.resolve(trust) }, now),
    reporter: NO_LOG,
  };
  return {
    ...pointGauges(points, now),
    ...(await vanishedPass(
      index.database,
      seenPoints(points),
      told?.vanishing ?? UNTOLD_VANISHING,
      rows,
      now,
    )),
    ...(await backupGauges(index, store, told, now)),
    ...(told?.drills === null ? {} : await drillGauges(index, store, told, now)),
  };
}

async function backupGauges(
  index: PointIndex,
  store: Store,
  told: ToldDatabase | undefined,
  now: Date,
): Promise<Measured> {
  const { database } = index;
  const point = newestPoint(index, now);
  const newest = point && { id: nameOfKey(point.key), ...point.facts };
  const sources = { store, statusStore: undefined, program: 'backup', database, newest, now } as const;
  const history = await readRunHistory(sources);
  const expected = told?.schedule.expectedMinutes ?? UNTOLD_MINUTES;
  return {
    newestPointAge: hoursSince(newest?.snapshotAt, now),
    failedRuns: failedRuns(history, expected, now).length,
    // Without a point nobody here knows since when there is a schedule: that there is none is told anyhow.
    overdueSlots:
      told === undefined || newest === undefined
        ? 0
        : overdueSlots(told.schedule, history, history.since, now).length,
    stuckRuns: stuckRuns(history, expected, now).length,
    storedFaults: point?.check?.faults ?? 0,
  };
}

async function drillGauges(
  index: PointIndex,
  store: Store,
  told: ToldDatabase | undefined,
  now: Date,
): Promise<Measured> {
  const { database } = index;
  const proven = newestProven(index, now);
  const newest = proven && {
    ...{ id: proven.drill, startedAt: startOf(proven.drill).toISOString(), finishedAt: proven.provenAt },
  };
  const sources = { store, statusStore: undefined, program: 'drill', database, now } as const;
  const history = await readRunHistory({ ...sources, newest: newest ?? undefined });
  const isExpired = proven !== null && !isValid(index, proven.point, now);
  return {
    provenPointAge: isExpired ? NO_POINT_AGE_HOURS : hoursSince(proven?.snapshotAt, now),
    failedDrills: failedRuns(history, told?.drills?.expectedMinutes ?? UNTOLD_MINUTES, now).length,
    drillRestoreSeconds: proven?.restoreSeconds ?? 0,
  };
}

function isValid(index: PointIndex, id: string, now: Date): boolean {
  return knownPoints(index, now).some((point) => point.id === id && point.state === 'valid');
}
