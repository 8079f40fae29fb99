/** What the recovery points of one database say of its backups. Pure. */
import { COMPARED_POINTS, NO_POINT_AGE_HOURS } from '../../contract/metrics';
import type { PointFacts } from '../../contract/point-index';
import { madeAs } from '../point-index/forget-points';
import { isFromTheFuture, type BelievedPoint, type RecoveryPoint } from '../recovery-points';
import type { Measured } from './measured';

const HOUR = 3_600_000;
const COMPARED_AT_LEAST = 3;

/** In hours since the snapshot. */
export function ageOf(point: BelievedPoint<{ readonly snapshotAt: string }> | undefined, now: Date): number {
  return hoursSince(point?.manifest.snapshotAt, now);
}

/** @param snapshotAt undefined where there is no point */
export function hoursSince(snapshotAt: string | undefined, now: Date): number {
  if (snapshotAt === undefined) return NO_POINT_AGE_HOURS;
  return Math.max(0, now.getTime() - Date.parse(snapshotAt)) / HOUR;
}

/** What is compared of a point: the index remembers it. */
type Compared = Pick<
  PointFacts,
  | ('startedAt' | 'finishedAt' | 'snapshotAt' | 'storedBytes' | 'databaseBytes')
  | ('format' | 'compression' | 'excludedTableData')
>;

/** @param points of one database, newest first */
export function newestOf<M extends Dated>(
  points: readonly RecoveryPoint<M>[],
  now: Date,
): BelievedPoint<M> | undefined {
  return points.find((point): point is BelievedPoint<M> => counts(point, now));
}

interface Dated {
  readonly snapshotAt: string;
}

function counts(point: RecoveryPoint<Dated>, now: Date): boolean {
  return point.state === 'valid' && !isFromTheFuture(new Date(point.manifest.snapshotAt), now);
}

/** @param points of one database, newest first: faulty and expired ones included */
export function pointGauges(points: readonly RecoveryPoint<Compared>[], now: Date): Measured {
  const newest = newestOf(points, now);
  const { storedBytes = 0, databaseBytes = 0 } = newest?.manifest ?? {};
  const older = newest === undefined ? [] : points.slice(points.indexOf(newest) + 1);
  return {
    sizeRatio: ratioToUsual(newest, older, (manifest) => manifest.storedBytes),
    storedBytes,
    databaseBytes,
    backupSeconds: newest === undefined ? 0 : secondsOf(newest.manifest),
    durationRatio: ratioToUsual(newest, older, secondsOf),
    points: points.filter((point) => counts(point, now)).length,
    faultyManifests: points.filter(({ state }) => state === 'faulty').length,
  };
}

/** Expired ones still tell what they held. Fewer than three say nothing yet. */
function ratioToUsual(
  newest: BelievedPoint<Compared> | undefined,
  older: readonly RecoveryPoint<Compared>[],
  valueOf: (manifest: Compared) => number,
): number {
  if (newest === undefined) return 1;
  const like = older
    .filter((point) => point.state !== 'faulty')
    .filter(({ manifest }) => madeAs(manifest) === madeAs(newest.manifest))
    .slice(0, COMPARED_POINTS)
    .map(({ manifest }) => valueOf(manifest));
  if (like.length < COMPARED_AT_LEAST) return 1;
  const usual = median(like);
  return usual === 0 ? 1 : valueOf(newest.manifest) / usual;
}

function secondsOf({ startedAt, finishedAt }: Compared): number {
  return (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
