/** When drills are due, and which ages follow from it: for settings, alarms and the drills themselves. */
import { longestIntervalHours, neededHours, objectiveHours, type ScheduledDatabase } from './schedule';

export interface DrillTimes {
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly flexibleMinutes: number;
}

export interface DrilledDatabase extends ScheduledDatabase {
  readonly drill: {
    readonly when: 'after-backup' | 'never' | DrillTimes;
    readonly expectedMinutes: number;
    readonly provenWithinHours?: number | undefined;
  };
}

export function hasDrills({ drill }: Pick<DrilledDatabase, 'drill'>): boolean {
  return drill.when !== 'never';
}

/** The age above which the newest proven recovery point is too old; ages count from the snapshot. */
export function provenObjectiveHours(database: DrilledDatabase): number {
  const { provenWithinHours } = database.drill;
  return provenWithinHours ?? Math.ceil(objectiveHours(database) + drillHours(database));
}

/** The age that the newest proven point reaches when everything goes as it should. */
export function neededProvenHours(database: DrilledDatabase): number {
  return neededHours(database.schedule) + drillHours(database);
}

/** A drill that is given an older point proves nothing that anybody still waits for. */
export function drillMaxAgeHours(database: DrilledDatabase): number {
  return Math.ceil(objectiveHours(database) + database.drill.expectedMinutes / 60);
}

/** From a new point to its proof: it waits for the next drill, and for that one's end. After each backup none waits. */
function drillHours({ drill: { when, expectedMinutes } }: DrilledDatabase): number {
  const waits =
    typeof when === 'string' ? 0 : longestIntervalHours({ ...when, seasons: [] }) + when.flexibleMinutes / 60;
  return waits + expectedMinutes / 60;
}
