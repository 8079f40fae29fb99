/**
 * The log of drills, from their signed evidence alone. Evidence that is not believed, or that nobody signed, is listed as
 * such and proves nothing; nor does a true one where another manifest lies in the place of its own.
 */
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { drillOfKey, evidencePrefix, type Evidence } from '../contract/evidence';
import { Failure } from '../contract/failure';
import { manifestKey, PREFIXES } from '../contract/object-keys';
import { startOf } from '../contract/recovery-point-id';
import type { Store } from '../runtime/store';
import { believeEvidence } from './read-evidence';
import { readDocument, type Trust } from './read-manifest';

/** Only `proven` is proof. */
export const DRILL_STANDINGS = ['proven', 'failed', 'unsigned', 'not believed', 'other manifest'] as const;
export type DrillStanding = (typeof DRILL_STANDINGS)[number];

export interface DrillLogEntry {
  readonly key: string;
  readonly database: string;
  /** Ids of the recovery point, and of the drill. */
  readonly point: string;
  readonly drill: string;
  readonly at: string;
  readonly standing: DrillStanding;
  /** Why it is no proof. */
  readonly fault: string | null;
  /** What it says; null where it is not believed. */
  readonly evidence: Evidence | null;
  /** How old the point's data was when the drill began. */
  readonly pointAgeSeconds: number | null;
}

export interface DrillLogSearch {
  readonly since: Date;
  /** @default - of all databases */
  readonly database?: string;
}

const DOCUMENTS_AT_A_TIME = 8;

/** Newest drill first. @throws Failure `store-failed` */
export async function drillLog(store: Store, trust: Trust, search: DrillLogSearch): Promise<DrillLogEntry[]> {
  const { database, since } = search;
  const prefix = database === undefined ? `${PREFIXES.evidence}postgres/` : evidencePrefix(database);
  const found: Found[] = [];
  for await (const { key } of store.list(prefix)) {
    const place = drillOfKey(key);
    if (place !== undefined && startOf(place.id) >= since)
      found.push({ key, database: place.database, point: place.point, drill: place.id });
  }
  const entries = await pLimit(DOCUMENTS_AT_A_TIME).map(found, (each) => entryOf(store, trust, each));
  return entries.sort((a, b) => (a.drill < b.drill ? 1 : a.drill > b.drill ? -1 : 0));
}

type Found = Pick<DrillLogEntry, 'key' | 'database' | 'point' | 'drill'>;
type Verdict = Pick<DrillLogEntry, 'standing' | 'fault' | 'evidence'>;

async function entryOf(store: Store, trust: Trust, found: Found): Promise<DrillLogEntry> {
  const verdict = await verdictOf(store, trust, found.key);
  const { evidence } = verdict;
  const age =
    evidence === null ? null : (Date.parse(evidence.startedAt) - Date.parse(evidence.snapshotAt)) / 1000;
  return { ...found, at: startOf(found.drill).toISOString(), ...verdict, pointAgeSeconds: age };
}

async function verdictOf(store: Store, trust: Trust, key: string): Promise<Verdict> {
  const bytes = await readDocument(store, key);
  const signed = believedOr(() => believeEvidence(bytes, { ...trust, allowUnsigned: false }, key));
  if (!(signed instanceof Failure)) return judged(store, signed);
  const unsigned = trust.allowUnsigned && believedOr(() => believeEvidence(bytes, trust, key));
  if (unsigned === false || unsigned instanceof Failure)
    return { standing: 'not believed', fault: signed.message, evidence: null };
  return {
    standing: 'unsigned',
    fault: 'Nobody signed it: anybody may have written it.',
    evidence: unsigned,
  };
}

function believedOr(believe: () => Evidence): Evidence | Failure {
  try {
    return believe();
  } catch (error) {
    if (error instanceof Failure && error.kind === 'stored-data-faulty') return error;
    throw error;
  }
}

async function judged(store: Store, evidence: Evidence): Promise<Verdict> {
  if (evidence.outcome === 'failed') return { standing: 'failed', fault: evidence.failure, evidence };
  const fault = await faultOfManifest(store, evidence);
  return { standing: fault === null ? 'proven' : 'other manifest', fault, evidence };
}

/** Manifests outlive their points: one that is gone was taken away. */
async function faultOfManifest(store: Store, evidence: Evidence): Promise<string | null> {
  const key = manifestKey(evidence.database, evidence.point);
  if ((await store.head(key)) === undefined) return `The manifest that it proves is not there: ${key}.`;
  const sha256 = createHash('sha256')
    .update(await readDocument(store, key))
    .digest('hex');
  return sha256 === evidence.manifestSha256 ? null : `Another manifest than the proven one is at ${key}.`;
}
