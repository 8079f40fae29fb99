/** Which evidence of a database's drills matters, and what each says once it is believed. */
import { drillOfKey, evidencePrefix } from '../../contract/evidence';
import { Failure } from '../../contract/failure';
import type { IndexedDrill } from '../../contract/point-index';
import { startOf, stampOf } from '../../contract/recovery-point-id';
import { STATUS_DAYS } from '../../contract/status';
import type { ListedObject, Store } from '../../runtime/store';
import { readEvidence } from '../read-evidence';
import type { Trust } from '../read-manifest';
import { drillFactsOf, shortText } from './point-facts';

const DAY_MS = 86_400_000;

export interface EvidenceSearch {
  readonly database: string;
  /** Ids of the points that are known, of which each drill matters; of others those of the status's days. */
  readonly points: ReadonlySet<string>;
  readonly since: Date | undefined;
  readonly now: Date;
}

/** By point, then drill, newest first. @throws Failure `store-failed` */
export async function evidenceThatMatters(store: Store, search: EvidenceSearch): Promise<ListedObject[]> {
  const { database, points, since, now } = search;
  const prefix = evidencePrefix(database);
  const oldest = [...points, ...(since === undefined ? [''] : [stampOf(since)])].sort()[0] ?? '';
  const recent = now.getTime() - STATUS_DAYS * DAY_MS;
  const found: ListedObject[] = [];
  // What begins with the oldest id is its own evidence: its stamp alone sorts before it.
  for await (const object of store.list(prefix, { after: `${prefix}${oldest.slice(0, 16)}` })) {
    const drill = drillOfKey(object.key);
    if (drill === undefined) continue;
    if (points.has(drill.point) || startOf(drill.id).getTime() >= recent) found.push(object);
  }
  return found.reverse();
}

/** @throws Failure `store-failed` */
export async function readIndexedDrill(
  store: Store,
  trust: Trust | undefined,
  { key, version }: ListedObject,
): Promise<IndexedDrill> {
  const { point = '', id = '' } = drillOfKey(key) ?? {};
  const base = { key, version, id, point };
  if (trust === undefined)
    return { ...base, facts: null, fault: 'It is not said whose evidence is believed.' };
  try {
    return { ...base, facts: drillFactsOf(await readEvidence(store, trust, key)), fault: null };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'stored-data-faulty') throw error;
    return { ...base, facts: null, fault: shortText(error.message) };
  }
}
