/** Points and drills as the monitor remembers them, made without a store: for tests of what follows from them. */
import {
  POINT_INDEX_VERSION,
  type IndexedDrill,
  type IndexedPoint,
  type PointFacts,
  type PointIndex,
} from '../../lib/contract/point-index';
import { manifestKey } from '../../lib/contract/object-keys';
import { evidenceKey } from '../../lib/contract/evidence';
import { recoveryPointId } from '../../lib/contract/recovery-point-id';

const DAY_MS = 86_400_000;
const DATABASE = 'shop';

export const pointId = (startedAt: string) => recoveryPointId(new Date(startedAt), Buffer.from([0, 1]));
export const drillId = (startedAt: string) => recoveryPointId(new Date(startedAt), Buffer.from([0, 2]));
/** Of the manifest of that point. */
export const shaOf = (id: string) => Buffer.from(id).toString('hex').padEnd(64, '0').slice(-64);

/** Kept for thirty days, whole, not held. */
export function madePoint(
  startedAt: string,
  changes: Partial<IndexedPoint> = {},
  facts: Partial<PointFacts> = {},
): IndexedPoint {
  const id = pointId(startedAt);
  const at = new Date(startedAt);
  const expiresAt = new Date(at.getTime() + 30 * DAY_MS).toISOString();
  return {
    ...{ key: manifestKey(DATABASE, id), version: 'v1', hidden: false, manifestSha256: shaOf(id) },
    facts: {
      ...{ startedAt: at.toISOString(), snapshotAt: at.toISOString(), class: 'daily' },
      finishedAt: new Date(at.getTime() + 600_000).toISOString(),
      ...{ retainUntil: expiresAt, expiresAt, format: 'directory', compression: 'zstd:1' },
      ...{ excludedTableData: [], databaseBytes: 4000, storedBytes: 1000, objects: 3, rows: 10 },
      largestTables: [{ name: 'public.orders', rows: 10, bytes: 4000 }],
      ...{ warnings: 0, previousManifestSha256: null },
      ...facts,
    },
    ...{ fault: null, check: null, held: false },
    ...changes,
  };
}

/** That proved the point an hour after it. */
export function madeDrill(
  point: string,
  startedAt: string,
  facts: Partial<NonNullable<IndexedDrill['facts']>> = {},
  changes: Partial<IndexedDrill> = {},
): IndexedDrill {
  const [ofPoint, id] = [pointId(point), drillId(startedAt)];
  const at = new Date(startedAt).toISOString();
  return {
    ...{ key: evidenceKey({ database: DATABASE, point: ofPoint, id }), version: 'v1', id, point: ofPoint },
    facts: {
      ...{ manifestSha256: shaOf(ofPoint), snapshotAt: new Date(point).toISOString(), startedAt: at },
      ...{ finishedAt: at, outcome: 'proven', failure: null, restoreSeconds: 60 },
      phaseSeconds: {
        start: 0,
        fetch: 0,
        create: 0,
        load: 60,
        analyze: 0,
        compare: 0,
        settings: 0,
        checks: 0,
      },
      ...{ differences: 0, checksPassed: 1, checksFailed: 0 },
      ...facts,
    },
    fault: null,
    ...changes,
  };
}

/** @param points newest first */
export function madeIndex(points: IndexedPoint[], drills: IndexedDrill[] = []): PointIndex {
  return {
    ...{ version: POINT_INDEX_VERSION, database: DATABASE, toolVersion: '0.1.0' },
    ...{ trustSha256: '0'.repeat(64), evidenceTrustSha256: '1'.repeat(64) },
    ...{ madeAt: '2026-11-20T00:00:00.000Z', points, forgotten: [], drills, orphans: null },
  };
}
