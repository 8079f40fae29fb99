/** What the kept points of a database take and cost, and will take if they go on growing as they did. Pure. */
import type { PointFacts, PointIndex } from '../../contract/point-index';
import { S3 } from '../../contract/prices';
import type { StatusStorage } from '../../contract/status';
import { isFromTheFuture, type RecoveryPoint } from '../recovery-points';
import { madeAs } from './forget-points';
import { isKept, knownPoints, type KnownBelievedPoint } from './known-points';

export const FORECAST_DAYS = 90;
/** With fewer a line through them says nothing. */
const FORECAST_AT_LEAST = 7;
const GIGABYTE = 1e9;
const DAY_MS = 86_400_000;

type Index = Pick<PointIndex, 'database' | 'points'>;

/** What its growth is seen by. */
export type SizedPoint = RecoveryPoint<
  Pick<PointFacts, 'format' | 'compression' | 'excludedTableData' | 'snapshotAt' | 'storedBytes'>
>;

/** Of all points that have not expired. */
export function storageOf(index: Index, now: Date): StatusStorage {
  const stored = storedPoints(index, now);
  const bytes = sum(stored.map((point) => point.bytes));
  const usdMonth = sum(stored.map((point) => (point.bytes / GIGABYTE) * priceOf(point.storageClass)));
  const growth = growthPerDay(knownPoints(index, now), now);
  const forecastBytes = growth === null ? null : Math.max(0, bytes + stored.length * growth * FORECAST_DAYS);
  const usdPerByte = bytes === 0 ? 0 : usdMonth / bytes;
  return {
    ...{ points: stored.length, bytes, usdMonth, forecastBytes },
    forecastUsdMonth: forecastBytes === null ? null : forecastBytes * usdPerByte,
  };
}

/** Of what was counted in the store where somebody looked, else what the manifest says. */
export function keptBytes(index: Index, now: Date): number {
  return sum(storedPoints(index, now).map(({ bytes }) => bytes));
}

function storedPoints(index: Index, now: Date) {
  const checks = new Map(index.points.map(({ key, check }) => [key, check]));
  return keptPoints(index, now).map(({ key, manifest }) => {
    const check = checks.get(key);
    return { bytes: check?.bytes ?? manifest.storedBytes, storageClass: check?.storageClass ?? 'STANDARD' };
  });
}

function keptPoints(index: Index, now: Date): KnownBelievedPoint[] {
  return knownPoints(index, now).filter((point) => isKept(point, now));
}

/** A class that is not known to us is not cheaper than the usual one. */
export function priceOf(storageClass: string): number {
  return (Object.hasOwn(S3, storageClass) ? S3[storageClass as keyof typeof S3] : S3.STANDARD).gigabyteMonth;
}

/**
 * Bytes by which each point is larger than the one of a day before: the straight line that lies closest to those that are
 * made as the newest one is. Of the same number of points in 90 days each is so much larger.
 * @param points of one database, newest first
 */
export function growthPerDay(points: readonly SizedPoint[], now: Date): number | null {
  const known = points.filter((point) => point.state !== 'faulty');
  const newest = known.find(
    ({ state, manifest }) => state === 'valid' && !isFromTheFuture(new Date(manifest.snapshotAt), now),
  );
  if (newest === undefined) return null;
  const like = known.filter(({ manifest }) => madeAs(manifest) === madeAs(newest.manifest));
  if (like.length < FORECAST_AT_LEAST) return null;
  const days = like.map(({ manifest }) => Date.parse(manifest.snapshotAt) / DAY_MS);
  return slope(
    days,
    like.map(({ manifest }) => manifest.storedBytes),
  );
}

/** Of the least squares; 0 where all lie at one place. */
function slope(xs: readonly number[], ys: readonly number[]): number {
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const spread = sum(xs.map((x) => (x - meanX) ** 2));
  return spread === 0 ? 0 : sum(xs.map((x, at) => (x - meanX) * ((ys[at] ?? 0) - meanY))) / spread;
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
