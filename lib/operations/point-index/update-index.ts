/**
 * What is known of a database's recovery points and drills, made from the store: only what is new, or another version than
 * the one that was read, is read. What is gone from the store is gone from the index.
 */
import {
  POINT_INDEX_VERSION,
  type IndexedDrill,
  type IndexedPoint,
  type PointIndex,
} from '../../contract/point-index';
import { TOOL_VERSION } from '../../contract/tool-version';
import type { ListedObject, Store } from '../../runtime/store';
import { nameOf, type ListedManifest } from '../manifest-objects';
import type { Trust } from '../read-manifest';
import { withoutOldPoints } from './forget-points';
import { nameOfKey } from './known-points';
import { readTogether } from './read-documents';
import { evidenceThatMatters, readIndexedDrill } from './read-drills';
import { manifestsThatMatter, readIndexedPoint } from './read-points';
import { trustSha256 } from './trust-digest';

export interface IndexSources {
  readonly store: Store;
  readonly trust: Trust;
  /** undefined where it is not said whose evidence is believed: no drill is believed then. */
  readonly evidenceTrust: Trust | undefined;
  /** Points that began before it are looked for only where there are few. @default - all are */
  readonly since?: Date;
  /** Is given what is known so far after many documents were read: where the rest fails, they need not be read again. */
  readonly keep?: (soFar: PointIndex) => Promise<void>;
}

/** So many documents are read again at most, where a pass is ended while it makes an index from nothing. */
const KEPT_EVERY = 1000;

/**
 * @param saved what was known before
 * @throws Failure `store-failed`: what cannot be fetched is not called faulty
 */
export async function updatedIndex(
  database: string,
  sources: IndexSources,
  saved: PointIndex | undefined,
  now: Date,
): Promise<PointIndex> {
  const before = saved?.database === database ? saved : emptyIndex(database, sources, now);
  const begun = { ...emptyIndex(database, sources, now), orphans: before.orphans };
  const read = await withPoints(begun, before, sources, now);
  const drills = await knownDrills(read, before, sources, now);
  const { points, forgotten } = withoutOldPoints(read.points, drills, now);
  return { ...read, points, drills, forgotten: newestFirst([...forgotten, ...read.forgotten]) };
}

function emptyIndex(database: string, { trust, evidenceTrust }: IndexSources, now: Date): PointIndex {
  return {
    ...{ version: POINT_INDEX_VERSION, database, toolVersion: TOOL_VERSION },
    trustSha256: trustSha256(trust),
    evidenceTrustSha256: evidenceTrust === undefined ? null : trustSha256(evidenceTrust),
    ...{ madeAt: now.toISOString(), points: [], forgotten: [], drills: [], orphans: null },
  };
}

function newestFirst(forgotten: PointIndex['forgotten']): PointIndex['forgotten'] {
  return forgotten.sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0));
}

/** With every point that matters or may have mattered since the last time. */
async function withPoints(
  begun: PointIndex,
  before: PointIndex,
  { store, trust, since, keep }: IndexSources,
  now: Date,
): Promise<PointIndex> {
  const known = new Map(before.points.map((point) => [point.key, point]));
  const { database } = begun;
  const past = new Set(before.forgotten.map(([name]) => name));
  const search = { database, since, known: new Set(known.keys()), forgotten: past };
  const listed = await manifestsThatMatter(store, search);
  const { forgotten, current } = withoutForgotten(listed, before);
  const points = new Map<string, IndexedPoint>();
  for (const { key, hidden, version } of current) {
    const point = known.get(key);
    if (point?.version === version && holds(point, before, begun)) points.set(key, { ...point, hidden });
  }
  const soFar = () => ({ ...begun, forgotten, points: current.flatMap(({ key }) => points.get(key) ?? []) });
  let unkept = 0;
  for (const together of readTogether(current.filter(({ key }) => !points.has(key)))) {
    const read = together.map((object) => readIndexedPoint(store, trust, object, known.get(object.key), now));
    for (const point of await Promise.all(read)) points.set(point.key, point);
    unkept += read.length;
    if (unkept < KEPT_EVERY) continue;
    await keep?.(soFar());
    unkept = 0;
  }
  return soFar();
}

function withoutForgotten(listed: readonly ListedManifest[], before: PointIndex) {
  const known = new Map(before.forgotten.map((point) => [point[0], point]));
  const forgotten: PointIndex['forgotten'] = [];
  const current = listed.filter((object) => {
    const point = known.get(nameOf(object));
    if (point?.[1] !== object.version) return true;
    forgotten.push(point);
    return false;
  });
  return { forgotten, current };
}

/** What was believed is believed by the same keys; what was not, by another version of this program perhaps. */
function holds({ facts }: IndexedPoint, before: PointIndex, now: PointIndex): boolean {
  if (before.trustSha256 !== now.trustSha256) return false;
  return facts !== null || before.toolVersion === now.toolVersion;
}

/** By point, then drill, newest first. */
async function knownDrills(
  read: PointIndex,
  before: PointIndex,
  { store, evidenceTrust, since }: IndexSources,
  now: Date,
): Promise<IndexedDrill[]> {
  const mattering = withoutOldPoints(read.points, before.drills, now).points;
  const points = new Set(mattering.map(({ key }) => nameOfKey(key)));
  const listed = await evidenceThatMatters(store, { database: read.database, points, since, now });
  const isSame = before.evidenceTrustSha256 === read.evidenceTrustSha256;
  const known = new Map(isSame ? before.drills.map((drill) => [drill.key, drill]) : []);
  const drills = new Map<string, IndexedDrill>();
  const holds = ({ key, version }: ListedObject) => {
    const drill = known.get(key);
    if (drill?.version !== version) return false;
    return drill.facts !== null || before.toolVersion === read.toolVersion;
  };
  for (const together of readTogether(listed.filter((object) => !holds(object)))) {
    const added = together.map((object) => readIndexedDrill(store, evidenceTrust, object));
    for (const drill of await Promise.all(added)) drills.set(drill.key, drill);
  }
  return listed.flatMap(({ key }) => drills.get(key) ?? known.get(key) ?? []);
}
