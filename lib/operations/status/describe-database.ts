/** One database as the status tells it. Pure. */
import { idOfManifestKey } from '../../contract/object-keys';
import type { PointIndex } from '../../contract/point-index';
import { scheduleText } from '../../contract/schedule';
import type { DatabaseStatus, StatusStorage } from '../../contract/status';
import type { DatabaseFacts, ToldDatabase } from './database-facts';
import { databaseTroubles, UNTOLD_LIMITS } from './database-problems';
import { listedDrills } from './describe-drills';
import { listedFailures } from './describe-history';
import { listedPoints, newestPoint, newestProven } from './describe-points';
import { bySeverity, problemOf, unseenTroubles, type Trouble } from './trouble';

export interface Described {
  readonly runbookUrl: string | null;
  readonly now: Date;
}

export const NOTHING_STORED: StatusStorage = {
  ...{ points: 0, bytes: 0, usdMonth: 0, forecastBytes: null, forecastUsdMonth: null },
};

/** @param storage of its points */
export function describeDatabase(
  facts: DatabaseFacts,
  storage: StatusStorage,
  { runbookUrl, now }: Described,
): DatabaseStatus {
  const { name, index, told } = facts;
  const newest = index && newestPoint(index, now);
  const described = {
    name,
    objectives: objectivesOf(told),
    schedule: told === undefined ? null : scheduleText(told.schedule),
    newest:
      newest === undefined
        ? null
        : { point: idOfManifestKey(newest.key) ?? newest.key, snapshotAt: newest.facts.snapshotAt },
    proven: index === undefined ? null : newestProven(index, now),
    points: index === undefined ? [] : listedPoints(index, now),
    drills: index === undefined ? [] : listedDrills(index, now),
    failures: listedFailures(facts, now),
    largestTables: newest?.facts.largestTables ?? [],
    storage,
  };
  const troubles = [...unseenTroubles(facts.unseen), ...troublesOf(facts, described, now)];
  return { ...described, problems: bySeverity(troubles.map((trouble) => problemOf(trouble, runbookUrl))) };
}

function objectivesOf(told: ToldDatabase | undefined): DatabaseStatus['objectives'] {
  if (told === undefined) return null;
  const { newestHours, provenHours, restoreMinutes } = told.limits;
  return { rpoHours: newestHours, provenWithinHours: provenHours, rtoMinutes: restoreMinutes };
}

function troublesOf(
  { name, index, told, gauges }: DatabaseFacts,
  { newest, proven, failures }: Pick<DatabaseStatus, 'newest' | 'proven' | 'failures'>,
  now: Date,
): Trouble[] {
  return databaseTroubles({
    ...{ name, gauges, newest, proven, failures },
    limits: told?.limits ?? UNTOLD_LIMITS,
    storedFault: (index && newestPoint(index, now)?.check?.text) ?? null,
    manifestFaults: manifestFaults(index),
  });
}

function manifestFaults(index: PointIndex | undefined): string[] {
  return (index?.points ?? []).flatMap(({ facts, fault }) =>
    facts === null && fault !== null ? [fault] : [],
  );
}
