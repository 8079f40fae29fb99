/** The drills of a database as signed evidence tells them, newest point first, found without reading all of it. */
import { drillOfKey, evidencePrefix, type Evidence } from '../../contract/evidence';
import { Failure } from '../../contract/failure';
import type { Manifest } from '../../contract/manifest';
import { manifestKey } from '../../contract/object-keys';
import type { ListedObject } from '../../runtime/store';
import { readEvidence } from '../read-evidence';
import { isFromTheFuture, readPoint, type BelievedPoint } from '../recovery-points';
import type { MonitorTools } from './monitor-tools';
import { newestFirst } from './newest-first';

export interface ToldDrill {
  /** Of the evidence object. */
  readonly key: string;
  readonly evidence: Evidence;
  /**
   * What it proves, past its expiry too; undefined where the drill failed, and where the manifest that was proven is not
   * the one that is there.
   */
  readonly proves: BelievedPoint<Manifest> | undefined;
}

export type DrillTools = Pick<MonitorTools, 'store' | 'trust' | 'evidenceTrust' | 'reporter'>;

/** Years of daily drills that prove nothing, read in minutes: whoever floods one database must not stop the whole pass. */
const READ_AT_MOST = 5000;

/**
 * Of one point the newest drill first. Evidence that cannot be believed is told and passed over.
 * @param newest is not read again
 * @throws Failure `store-failed`, also where so many prove nothing that the rest stays unread: nothing may be claimed then
 */
export async function* toldDrills(
  database: string,
  newest: BelievedPoint<Manifest> | undefined,
  tools: DrillTools,
  now: Date,
): AsyncGenerator<ToldDrill> {
  let read = 0;
  const prefix = evidencePrefix(database);
  for await (const { key } of newestFirst(prefix, now, (after) => listed(prefix, after, tools))) {
    if (read++ === READ_AT_MOST) throw tooMany(database);
    const evidence = await believedEvidence(key, tools);
    if (evidence === undefined) continue;
    yield { key, evidence, proves: await provenPoint(evidence, newest, tools, now) };
  }
}

function tooMany(database: string): Failure {
  return new Failure(
    'store-failed',
    `The newest ${READ_AT_MOST} drills of ${database} prove nothing: older ones are not looked at.`,
    { hint: 'Find out why its drills fail. The next proof ends this.' },
  );
}

async function listed(
  prefix: string,
  after: string | undefined,
  { store }: DrillTools,
): Promise<ListedObject[]> {
  const found = await Array.fromAsync(store.list(prefix, { after }));
  return found.filter(({ key }) => drillOfKey(key) !== undefined).reverse();
}

async function believedEvidence(
  key: string,
  { store, evidenceTrust, reporter }: DrillTools,
): Promise<Evidence | undefined> {
  const trust = await evidenceTrust();
  try {
    return await readEvidence(store, trust, key);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'stored-data-faulty') throw error;
    reporter.warn(`Proves nothing: ${error.message}`);
    return undefined;
  }
}

async function provenPoint(
  { outcome, database, point: id, manifestSha256 }: Evidence,
  newest: BelievedPoint<Manifest> | undefined,
  tools: DrillTools,
  now: Date,
): Promise<BelievedPoint<Manifest> | undefined> {
  if (outcome !== 'proven') return undefined;
  const point = newest?.id === id ? newest : await pointThere(database, id, tools, now);
  if (point?.manifestSha256 !== manifestSha256) return undefined;
  return isFromTheFuture(new Date(point.manifest.snapshotAt), now) ? undefined : point;
}

/** undefined for one whose manifest is gone, or cannot be believed. */
async function pointThere(
  database: string,
  id: string,
  { store, trust }: DrillTools,
  now: Date,
): Promise<BelievedPoint<Manifest> | undefined> {
  const key = manifestKey(database, id);
  for await (const { hidden } of store.list(key)) {
    const point = await readPoint(store, await trust(), { key, database, id, hidden }, now);
    return point.state === 'faulty' ? undefined : point;
  }
  return undefined;
}
