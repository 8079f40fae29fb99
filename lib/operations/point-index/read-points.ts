/** Which manifests of a database matter, and what each says once it is believed. */
import type { IndexedPoint } from '../../contract/point-index';
import { manifestPrefix } from '../../contract/object-keys';
import { isRecoveryPointId, startOf, stampOf } from '../../contract/recovery-point-id';
import type { Store } from '../../runtime/store';
import { manifestObjects, nameOf, type ListedManifest } from '../manifest-objects';
import type { Trust } from '../read-manifest';
import { readPoint } from '../recovery-points';
import { COMPARABLE_POINTS } from './forget-points';
import { nameOfKey } from './known-points';
import { pointFactsOf, shortText } from './point-facts';

export interface ManifestSearch {
  readonly database: string;
  /** Points that began before it matter only where they are known, or where there are few. @default - all matter */
  readonly since: Date | undefined;
  /** Keys of manifests that are known. */
  readonly known: ReadonlySet<string>;
  /** Names of points that were: they matter to the chain as long as an older one is known. */
  readonly forgotten: ReadonlySet<string>;
}

/** Newest first. @throws Failure `store-failed` */
export async function manifestsThatMatter(store: Store, search: ManifestSearch): Promise<ListedManifest[]> {
  const { database, since, known, forgotten } = search;
  if (since === undefined) return manifestObjects(store, database);
  const begin = Math.min(since.getTime(), ...startsOf(known));
  const after = `${manifestPrefix(database)}${stampOf(new Date(begin))}`;
  const listed = await manifestObjects(store, database, { after });
  const found = listed.length >= COMPARABLE_POINTS ? listed : await manifestObjects(store, database);
  const first = stampOf(since);
  return found.filter((object, index) => {
    const name = nameOf(object);
    return index < COMPARABLE_POINTS || name > first || known.has(object.key) || forgotten.has(name);
  });
}

function startsOf(keys: ReadonlySet<string>): number[] {
  const names = [...keys].map(nameOfKey).filter(isRecoveryPointId).sort();
  return names.slice(0, 1).map((name) => startOf(name).getTime());
}

/**
 * @param before what was known of it: what was seen of its objects still holds for the same version
 * @throws Failure `store-failed`: what cannot be fetched is not called faulty
 */
export async function readIndexedPoint(
  store: Store,
  trust: Trust,
  object: ListedManifest,
  before: IndexedPoint | undefined,
  now: Date,
): Promise<IndexedPoint> {
  const { key, version, hidden } = object;
  const point = await readPoint(store, trust, object, now);
  const same = before?.version === version ? before : undefined;
  const base = { key, version, hidden, manifestSha256: point.manifestSha256 ?? null };
  const seen = { check: same?.check ?? null, held: same?.held ?? false };
  return point.state === 'faulty'
    ? { ...base, facts: null, fault: shortText(point.fault), ...seen }
    : { ...base, facts: pointFactsOf(point.manifest), fault: null, ...seen };
}
