/** Estimated and real storage beside each other, and in words what the difference comes from. Pure. */
import { RETENTION_CLASSES } from '../contract/object-keys';
import * as assumed from './cost-assumptions';
import { flowOf, storage, storedPart, sum } from './database-cost';
import type { BackedUpDatabase } from './database-schema';
import type { Settings } from './schema';

/** As the manifests of a store tell it. */
export interface RealDatabase {
  readonly database: string;
  readonly databaseBytes: number | null;
  readonly storedPart: number | null;
  readonly validPoints: number;
  readonly usdMonth: number | null;
}

export interface ComparedDatabase {
  readonly database: string;
  readonly estimatedUsdMonth: number | null;
  readonly usdMonth: number | null;
  /** Why they differ; empty where they do not by much. */
  readonly reasons: readonly string[];
}

/** Below it a difference is not worth a sentence. */
const NOTED_PART = 0.1;

export function compareEstimate(settings: Settings, real: readonly RealDatabase[]): ComparedDatabase[] {
  const names = new Set([...Object.keys(settings.databases), ...real.map(({ database }) => database)]);
  return [...names].sort().map((database) => {
    const found = real.find((each) => each.database === database);
    const set = settings.databases[database];
    return {
      database,
      estimatedUsdMonth: set === undefined ? null : storage(flowOf(database, set)),
      usdMonth: found?.usdMonth ?? null,
      reasons: reasonsOf(database, set, found),
    };
  });
}

function reasonsOf(
  database: string,
  set: BackedUpDatabase | undefined,
  found: RealDatabase | undefined,
): string[] {
  if (set === undefined) return ['It is not in the settings: its points stay until somebody decides.'];
  if (found === undefined || found.databaseBytes === null)
    return ['Nothing of it is stored that can be restored.'];
  return [
    ...sizeReason(set, found.databaseBytes),
    ...partReason(set, found.storedPart),
    ...countReason(database, set, found.validPoints),
  ];
}

function sizeReason({ databaseGigabytes }: BackedUpDatabase, databaseBytes: number): string[] {
  const [said, is] = [databaseGigabytes ?? assumed.ASSUMED_GIGABYTES, databaseBytes / 1e9];
  if (!differs(said, is)) return [];
  const words = databaseGigabytes === undefined ? 'is not set, 10 are assumed' : `says ${said}`;
  return [`databaseGigabytes ${words}; the database has ${shown(is)} GB.`];
}

function partReason({ dump }: BackedUpDatabase, part: number | null): string[] {
  const estimated = storedPart(dump);
  if (part === null || !differs(estimated, part)) return [];
  return [`A point takes ${shown(part)} of the database's size; ${estimated} is estimated.`];
}

/** Classes fill up for as long as they are kept. */
function countReason(database: string, set: BackedUpDatabase, count: number): string[] {
  const { points } = flowOf(database, set);
  const expected = sum(RETENTION_CLASSES, (name) => points[name] * (set.keepDays[name] ?? 0));
  if (!differs(expected, count)) return [];
  return [`${count} points are kept; ${Math.round(expected)} are estimated once every class has filled up.`];
}

function differs(estimated: number, real: number): boolean {
  return Math.abs(estimated - real) > NOTED_PART * Math.max(estimated, real);
}

function shown(value: number): string {
  return String(Number(value.toPrecision(2)));
}
