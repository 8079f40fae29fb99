/**
 * What is wrong with the backups of one database, by the alarm that tells of it: the same gauges beyond the same limits
 * (lib/constructs/database-alarms.ts), so that page, digest and command line say what the alarm says. Pure.
 */
import type { DatabaseAlarmName } from '../../contract/alarms';
import { humanBytes, humanSeconds } from '../../contract/human';
import type { Limits } from '../../contract/limits';
import { NO_POINT_AGE_HOURS } from '../../contract/metrics';
import type { DatabaseStatus } from '../../contract/status';
import type { Measured } from '../monitor/measured';
import { beganAfter } from './describe-history';
import { counted, firstOf, quoted, type Trouble } from './trouble';

export interface JudgedDatabase extends Pick<DatabaseStatus, 'newest' | 'proven' | 'failures'> {
  readonly name: string;
  /** What could not be measured is not judged. */
  readonly gauges: Measured;
  readonly limits: Limits;
  /** Of the newest point's stored objects, in words; null where nothing was found. */
  readonly storedFault: string | null;
  /** Of manifests that cannot be believed, in words. */
  readonly manifestFaults: readonly string[];
}

/** Where no settings are at hand: only what is wrong by any of them. */
export const UNTOLD_LIMITS: Limits = {
  newestHours: NO_POINT_AGE_HOURS - 1,
  provenHours: null,
  restoreMinutes: Infinity,
  shrunkenBelow: 0.8,
  minimumBytes: 1,
  slowAbove: Infinity,
  slowMinimumMinutes: Infinity,
  expectedMinutes: Infinity,
};

/** undefined where its alarm is silent. */
type Rule = (database: JudgedDatabase) => string | undefined;

/** In the order of urgency. */
const RULES: Readonly<Record<DatabaseAlarmName, Rule>> = {
  BackupMissing: ({ gauges: { newestPointAge: hours }, limits: { newestHours: most } }) => {
    if (hours === undefined || hours <= most) return undefined;
    if (hours >= NO_POINT_AGE_HOURS) return 'There is no recovery point.';
    return `The newest recovery point is ${inHours(hours)} old; at most ${inHours(most)} are accepted.`;
  },
  BackupFailed: (database) => {
    const { failedRuns = 0, overdueSlots = 0, stuckRuns = 0 } = database.gauges;
    if (failedRuns + overdueSlots + stuckRuns === 0) return undefined;
    const failed = failedRuns > 0 ? [`${counted(failedRuns, 'run')} failed, got stuck or were stopped`] : [];
    const overdue = overdueSlots > 0 ? [`${counted(overdueSlots, 'slot')} passed without a run`] : [];
    const since = database.newest === null ? '' : ' since the newest recovery point';
    const newest = newestFailure(database, 'backup', database.newest?.point);
    return `${[...failed, ...overdue].join(', and ')}${since}.${newest}`;
  },
  BackupShrunken: ({
    gauges: { sizeRatio, storedBytes },
    limits: { shrunkenBelow, minimumBytes },
    newest,
  }) => {
    if (storedBytes !== undefined && storedBytes < minimumBytes)
      return newest === null
        ? 'There is no recovery point, and so none of the usual size.'
        : `The newest recovery point has ${humanBytes(storedBytes)}; at least ${humanBytes(minimumBytes)} are expected.`;
    if (sizeRatio === undefined || sizeRatio >= shrunkenBelow) return undefined;
    return `The newest recovery point has ${asPart(sizeRatio)} of the usual size; at least ${asPart(shrunkenBelow)} is expected.`;
  },
  BackupSlow: ({ gauges: { durationRatio = 1, backupSeconds: seconds = 0 }, limits }) => {
    const { slowAbove, slowMinimumMinutes, expectedMinutes } = limits;
    const took = `The newest backup took ${humanSeconds(seconds)}`;
    if (seconds > expectedMinutes * 60)
      return `${took}; at most ${humanSeconds(expectedMinutes * 60)} are expected.`;
    if (durationRatio <= slowAbove || seconds <= slowMinimumMinutes * 60) return undefined;
    return `${took}, ${durationRatio.toFixed(1)} times the usual; at most ${slowAbove} times is accepted.`;
  },
  RowsVanished: ({ gauges: { vanishedTables = 0 } }) =>
    vanishedTables === 0
      ? undefined
      : `${counted(vanishedTables, 'table')} lost most of the rows that an earlier recovery point has.`,
  DrillMissing: ({ gauges: { provenPointAge: hours }, limits: { provenHours: most }, proven }) => {
    if (hours === undefined || most === null || hours <= most) return undefined;
    if (hours < NO_POINT_AGE_HOURS)
      return `The newest proven recovery point is ${inHours(hours)} old; at most ${inHours(most)} are accepted.`;
    const held = proven === null ? '' : ' The one that is held is past its time.';
    return `No recovery point within its time is proven; one of at most ${inHours(most)} is asked for.${held}`;
  },
  DrillFailed: (database) => {
    const { failedDrills = 0 } = database.gauges;
    if (failedDrills === 0) return undefined;
    const since = database.proven === null ? '' : ' since the newest proof';
    const newest = newestFailure(database, 'drill', database.proven?.drill);
    return `${counted(failedDrills, 'drill')} failed, got stuck or were stopped${since}.${newest}`;
  },
  RestoreTooSlow: ({ gauges: { drillRestoreSeconds: seconds = 0 }, limits: { restoreMinutes } }) => {
    if (seconds <= restoreMinutes * 60) return undefined;
    return `The restore of the newest proof took ${humanSeconds(seconds)}; at most ${humanSeconds(restoreMinutes * 60)} are accepted.`;
  },
  StoredDataFaulty: ({ gauges, storedFault, manifestFaults }) => {
    const { storedFaults = 0, faultyManifests = 0, keptFaults = 0 } = gauges;
    const first = storedFault === null ? '' : ` (${quoted(storedFault)})`;
    const objects =
      storedFaults > 0
        ? [`${counted(storedFaults, 'fault')} of the newest recovery point's stored objects${first}`]
        : [];
    const which = manifestFaults.length > 0 ? ` (${quoted(firstOf(manifestFaults))})` : '';
    const manifests =
      faultyManifests > 0 ? [`${counted(faultyManifests, 'manifest')} that cannot be believed${which}`] : [];
    const kept = keptFaults > 0 ? [`${counted(keptFaults, 'fault')} of older points or of the chain`] : [];
    const found = [...objects, ...manifests, ...kept];
    return found.length === 0 ? undefined : `Stored data is faulty: ${found.join('; ')}.`;
  },
  HoldStale: ({ gauges: { unkeptObjects = 0 } }) =>
    unkeptObjects === 0
      ? undefined
      : `Not locked to the end, or not on hold though proven: ${counted(unkeptObjects, 'object')} of the newest recovery points.`,
};

export function databaseTroubles(database: JudgedDatabase): Trouble[] {
  return (Object.keys(RULES) as DatabaseAlarmName[]).flatMap((alarm) => {
    const text = RULES[alarm](database);
    return text === undefined ? [] : [{ alarm, database: database.name, text }];
  });
}

/** @param since the run of the newest success */
function newestFailure(
  { failures }: JudgedDatabase,
  program: 'backup' | 'drill',
  since: string | undefined,
): string {
  const failure = failures.find((each) => each.program === program && beganAfter(each, since));
  return failure === undefined ? '' : ` The newest: ${quoted(failure.text).replace(/\.?$/, '.')}`;
}

/** `49 h`, `25.1 h`: rounded up, so that it never reads as what is accepted. */
function inHours(hours: number): string {
  return `${hours < 100 ? Math.ceil(hours * 10 - 1e-9) / 10 : Math.ceil(hours)} h`;
}

/** `42 %`, never rounded up to what is accepted. */
function asPart(ratio: number): string {
  return `${Math.floor(ratio * 100)} %`;
}
