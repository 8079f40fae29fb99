/** Whether a drill has proven a recovery point: the very manifest that is there now. */
import { createHash } from 'node:crypto';
import { drillOfKey, evidencePrefix } from '../contract/evidence';
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import type { Store } from '../runtime/store';
import { readEvidence } from './read-evidence';
import { readDocument, type Trust } from './read-manifest';

export interface ProvenTools {
  readonly store: Store;
  /** undefined where it is not said whose evidence is believed. */
  readonly evidenceTrust?: Trust;
}

/** @throws Failure `store-failed` */
export async function provenState(
  manifest: Pick<Manifest, 'database' | 'id'>,
  manifestKey: string,
  { store, evidenceTrust }: ProvenTools,
): Promise<'proven' | 'unproven' | 'unknown'> {
  if (evidenceTrust === undefined) return 'unknown';
  const sha256 = createHash('sha256')
    .update(await readDocument(store, manifestKey))
    .digest('hex');
  for await (const { key } of store.list(`${evidencePrefix(manifest.database)}${manifest.id}/`)) {
    if (drillOfKey(key) === undefined) continue;
    const evidence = await readEvidence(store, evidenceTrust, key).catch((error: unknown) => {
      if (error instanceof Failure && error.kind === 'stored-data-faulty') return undefined;
      throw error;
    });
    if (evidence?.outcome === 'proven' && evidence.manifestSha256 === sha256) return 'proven';
  }
  return 'unproven';
}
