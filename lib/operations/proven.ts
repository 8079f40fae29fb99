/** Whether a drill has proven a recovery point: the very manifest that is there now. */
import { createHash } from 'node:crypto';
import { drillOfKey, evidencePrefix } from '../contract/evidence';
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import type { Store } from '../runtime/store';
import type { Versions } from '../runtime/versions';
import { believedManifest } from './believed-manifest';
import { readEvidence } from './read-evidence';
import { readDocument, type Trust } from './read-manifest';

export interface ProvenTools {
  readonly store: Store;
  /** Whose manifests are believed, and where one that was written over is looked for. @default - the newest version counts */
  readonly trust?: Trust;
  readonly versions?: Versions | undefined;
  /** undefined where it is not said whose evidence is believed. */
  readonly evidenceTrust?: Trust;
}

/** @throws Failure `store-failed` */
export async function provenState(
  manifest: Pick<Manifest, 'database' | 'id'>,
  manifestKey: string,
  { store, trust, versions, evidenceTrust }: ProvenTools,
): Promise<'proven' | 'unproven' | 'unknown'> {
  if (evidenceTrust === undefined) return 'unknown';
  const document =
    trust === undefined || versions === undefined
      ? await readDocument(store, manifestKey)
      : (await believedManifest(store, trust, manifestKey, versions)).document;
  const sha256 = createHash('sha256').update(document).digest('hex');
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
