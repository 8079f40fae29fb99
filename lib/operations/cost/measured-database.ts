/** What the manifests of a database say of its size, and what its points will take. Pure. */
import type { RecoveryPoint } from '../recovery-points';
import { isFromTheFuture } from '../recovery-points';
import { FORECAST_DAYS, growthPerDay } from '../point-index/storage';
import type { StoredCost } from './stored-cost';

const DAY_MS = 86_400_000;
/** As far as the forecast looks ahead, its trend looks back. */
const TREND_MS = FORECAST_DAYS * DAY_MS;

export interface MeasuredDatabase {
  readonly database: string;
  /** Of the newest recovery point; null where there is none. */
  readonly databaseBytes: number | null;
  readonly storedBytes: number | null;
  /** Stored bytes for each byte of the database. */
  readonly storedPart: number | null;
  /** That have not expired. */
  readonly validPoints: number;
  /** Of all its points in the store. */
  readonly bytes: number;
  readonly usdMonth: number | null;
  /** In 90 days, of the same number of points; null where there is too little to tell. */
  readonly forecastBytes: number | null;
  readonly forecastUsdMonth: number | null;
}

/** @param points of all databases, newest first */
export function measuredDatabases(
  points: readonly RecoveryPoint[],
  { points: stored }: Pick<StoredCost, 'points'>,
  now: Date,
): MeasuredDatabase[] {
  const names = new Set([...points, ...stored].map(({ database }) => database));
  return [...names].sort().map((database) => {
    const ofDatabase = points.filter((point) => point.database === database);
    const lines = stored.filter((line) => line.database === database);
    return measured(database, ofDatabase, lines, now);
  });
}

function measured(
  database: string,
  points: readonly RecoveryPoint[],
  lines: StoredCost['points'],
  now: Date,
): MeasuredDatabase {
  const valid = points.filter(
    (point) => point.state === 'valid' && !isFromTheFuture(new Date(point.manifest.snapshotAt), now),
  );
  const { databaseBytes = null, storedBytes = null } =
    valid[0] === undefined || valid[0].state === 'faulty' ? {} : valid[0].manifest;
  const bytes = lines.reduce((sum, line) => sum + line.bytes, 0);
  const isPriced = lines.every(({ usdMonth }) => usdMonth !== null);
  const usdMonth = isPriced ? lines.reduce((sum, line) => sum + (line.usdMonth ?? 0), 0) : null;
  const forecastBytes = forecastOf(points, bytes, lines, now);
  return {
    ...{ database, databaseBytes, storedBytes, validPoints: valid.length, bytes, usdMonth, forecastBytes },
    storedPart: storedBytes === null || !databaseBytes ? null : storedBytes / databaseBytes,
    forecastUsdMonth:
      forecastBytes === null || usdMonth === null || bytes === 0 ? null : (usdMonth * forecastBytes) / bytes,
  };
}

function forecastOf(
  points: readonly RecoveryPoint[],
  bytes: number,
  lines: StoredCost['points'],
  now: Date,
): number | null {
  const recent = points.filter(
    (point) => point.state !== 'faulty' && now.getTime() - Date.parse(point.manifest.snapshotAt) <= TREND_MS,
  );
  const growth = growthPerDay(recent, now);
  if (growth === null) return null;
  const count = lines.reduce((sum, line) => sum + line.points, 0);
  return Math.max(0, Math.round(bytes + count * growth * FORECAST_DAYS));
}
