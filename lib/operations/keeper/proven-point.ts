/** Finds the newest recovery point of a database that was proven: the one that must never be lost. */
import { Failure } from '../../contract/failure';
import { evidenceKey, type Evidence } from '../../contract/evidence';
import { manifestKey } from '../../contract/object-keys';
import type { ObjectVersion } from '../../runtime/protected-objects';
import { proofsNewestFirst } from '../read-evidence';
import { stateOf } from '../recovery-points';
import { isOfTheFuture } from './expiry-rule';
import { RefusedDocument, type Findings } from './findings';
import type { KeeperTools } from './keeper-tools';
import { missingObjects, readBelieved, versionsNamed, versionsOf } from './point-objects';

export interface ProvenPoint {
  readonly evidence: Evidence;
  /** Of all that it takes: its objects, its manifest, and the evidence. */
  readonly versions: readonly ObjectVersion[];
}

/**
 * Proven is a point of which believed evidence names the very manifest that is there, and of which every object is. What
 * comes first and is not is told, and passed over.
 * @throws Failure `store-failed`
 */
export async function newestProven(
  database: string,
  tools: KeeperTools,
  findings: Findings,
): Promise<ProvenPoint | undefined> {
  const { store, evidenceTrust, clock } = tools;
  const onRefused = ({ message, hint }: Failure) => {
    findings.tell(new RefusedDocument(message, hint));
  };
  for await (const evidence of proofsNewestFirst(store, evidenceTrust, database, { onRefused })) {
    if (isOfTheFuture(evidence.point, clock.now())) continue;
    try {
      const point = await provenBy(evidence, tools);
      if (point !== undefined) return point;
    } catch (error) {
      // What cannot be read now may be proven all the same: nothing older takes its place.
      if (!(error instanceof Failure) || error.kind !== 'stored-data-faulty') throw error;
      findings.tell(error);
    }
  }
  return undefined;
}

/**
 * @returns undefined for a point that went when its time had come
 * @throws RefusedDocument; Failure `stored-data-faulty`: objects are gone; `store-failed`
 */
async function provenBy(
  evidence: Evidence,
  { store, keeper, trust, clock }: KeeperTools,
): Promise<ProvenPoint | undefined> {
  const ownKey = evidenceKey(evidence);
  const key = manifestKey(evidence.database, evidence.point);
  if ((await versionsNamed(keeper, key)).length === 0)
    throw new RefusedDocument(`${ownKey} proves a recovery point without a manifest: ${key} is not there.`);
  const { manifest, bytes, sha256 } = await readBelieved(store, trust, key);
  if (sha256 !== evidence.manifestSha256)
    throw new RefusedDocument(`${ownKey} proves another manifest than the one that is at ${key}.`);
  const { versions, missing } = await versionsOf(keeper, manifest);
  if (versions.length === 0 && stateOf(manifest, clock.now()) === 'expired') return undefined;
  if (missing.length > 0) throw missingObjects(key, missing);
  const documents = [...(await versionsNamed(keeper, key, bytes)), ...(await versionsNamed(keeper, ownKey))];
  return { evidence, versions: [...versions, ...documents] };
}
