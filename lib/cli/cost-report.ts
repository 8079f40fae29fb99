/** What `backstop cost` finds: the estimate, what is stored, how they differ, and what would be cheaper. */
import { largestSavings, type Saving } from '../contract/saving';
import { measuredDatabases, type MeasuredDatabase } from '../operations/cost/measured-database';
import { storedCost, type StoredCost } from '../operations/cost/stored-cost';
import { classSavings, wasteSavings } from '../operations/cost/stored-savings';
import type { Trust } from '../operations/read-manifest';
import { listRecoveryPoints, type RecoveryPoint } from '../operations/recovery-points';
import type { Store } from '../runtime/store';
import type { StoredVersions } from '../runtime/stored-versions';
import { monthlyCost, type MonthlyCost } from '../settings/cost';
import { compareEstimate, type ComparedDatabase } from '../settings/estimate-compare';
import { savingsOf } from '../settings/savings';
import type { Settings } from '../settings/schema';

export interface StoredReport extends StoredCost {
  readonly store: string;
  readonly databases: readonly MeasuredDatabase[];
}

export interface CostReport {
  readonly estimate: MonthlyCost | null;
  /** With the sizes that manifests tell; null where either is not at hand. */
  readonly estimateByRealSizes: MonthlyCost | null;
  readonly stored: StoredReport | null;
  readonly compared: readonly ComparedDatabase[];
  /** The three largest, each alone. */
  readonly savings: readonly Saving[];
}

export interface CostSources {
  readonly settings: Settings | undefined;
  readonly place:
    | {
        readonly store: Store;
        readonly versions: StoredVersions;
        readonly isBucket: boolean;
        readonly trust: Trust;
      }
    | undefined;
  readonly now: Date;
}

/** @throws Failure `store-failed` */
export async function costReport({ settings, place, now }: CostSources): Promise<CostReport> {
  const points = place === undefined ? [] : await listRecoveryPoints(place.store, place.trust, { now });
  const stored = place === undefined ? null : await storedReport(place, points, now);
  const real = settings && stored ? withRealSizes(settings, stored) : undefined;
  const waste = stored === null ? [] : wasteSavings(stored);
  const changes =
    settings === undefined ? classSavings(stored ?? { points: [] }, points) : savingsOf(real ?? settings);
  return {
    estimate: settings === undefined ? null : monthlyCost(settings),
    estimateByRealSizes: real === undefined ? null : monthlyCost(real),
    stored,
    compared: settings && stored ? compareEstimate(settings, stored.databases) : [],
    savings: largestSavings([...waste, ...changes]),
  };
}

async function storedReport(
  { store, versions, isBucket }: NonNullable<CostSources['place']>,
  points: readonly RecoveryPoint[],
  now: Date,
): Promise<StoredReport> {
  const known = new Set(points.map(({ database, id }) => `${database}/${id}`));
  const hasManifest = (database: string, id: string) => known.has(`${database}/${id}`);
  const stored = await storedCost(versions.sizes(''), hasManifest, isBucket);
  return { store: store.url, ...stored, databases: measuredDatabases(points, stored, now) };
}

function withRealSizes(settings: Settings, { databases: measured }: StoredReport): Settings {
  const databases = Object.entries(settings.databases).map(([name, database]) => {
    const bytes = measured.find((each) => each.database === name)?.databaseBytes ?? null;
    return [name, bytes === null ? database : { ...database, databaseGigabytes: bytes / 1e9 }] as const;
  });
  return { ...settings, databases: Object.fromEntries(databases) };
}
