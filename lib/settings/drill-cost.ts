/** What the drills of one database cost a month: their tasks, and what they and the keeper's holds ask of S3. */
import { hasDrills } from '../contract/drill-schedule';
import { RETENTION_CLASSES } from '../contract/object-keys';
import * as assumed from './cost-assumptions';
import type { BackedUpDatabase } from './database-schema';
import { runsPerDay, slotsPerDay, type PointsPerDay } from './point-flow';
import * as price from '../contract/prices';

/** What follows from schedule and size of a database, as far as drills ask. */
export interface DrilledFlow {
  readonly database: BackedUpDatabase;
  readonly points: PointsPerDay;
  readonly drillsPerMonth: number;
  readonly databaseGigabytes: number;
  readonly pointGigabytes: number;
  /** Of a recovery point. */
  readonly objects: number;
}

export function drillsPerMonth({ drill: { when } }: BackedUpDatabase, points: PointsPerDay): number {
  if (when === 'never') return 0;
  const perDay = when === 'after-backup' ? runsPerDay(points) : slotsPerDay({ ...when, seasons: [] });
  return perDay * assumed.DAYS;
}

/** Of one drill: a restore and a compare, which grow with the database. */
export function drillHours({ databaseGigabytes }: Pick<DrilledFlow, 'databaseGigabytes'>): number {
  const { startMinutes, minutesPerGigabyte } = assumed.DRILL;
  return (startMinutes + databaseGigabytes * minutesPerGigabyte) / 60;
}

/** Each object is read once, put on hold and released again; with the monitor's look at the evidence and the holds. */
export function drillRequests(flow: DrilledFlow): number {
  if (!hasDrills(flow.database)) return 0;
  const { objects, drillsPerMonth: drills } = flow;
  const { drilledObject, drillPass, fullDrillPass, heldObject } = assumed.REQUESTS;
  const held = objects + assumed.OBJECTS.held;
  const holds = (held * drilledObject.puts * price.S3.STANDARD.thousandPuts) / 1000;
  const looks =
    (assumed.LIGHT_PASSES + assumed.FULL_PASSES) * price.looksUsd(drillPass) +
    assumed.FULL_PASSES * (price.looksUsd(fullDrillPass) + held * price.looksUsd(heldObject));
  return drills * (objects * price.looksUsd(drilledObject) + holds) + looks + retrieval(flow);
}

/** Cheaper classes ask for each byte that is read; a point may have been written into one directly. */
function retrieval({
  database: { storage },
  points,
  pointGigabytes,
  drillsPerMonth: drills,
}: DrilledFlow): number {
  const runs = runsPerDay(points);
  if (runs === 0) return 0;
  const perGigabyte = RETENTION_CLASSES.reduce((sum, name) => {
    const { class: written, afterDays } = storage[name] ?? { class: 'STANDARD', afterDays: 0 };
    return sum + (points[name] / runs) * price.S3_GIGABYTE_READ[afterDays === 0 ? written : 'STANDARD'];
  }, 0);
  return drills * pointGigabytes * perGigabyte;
}
