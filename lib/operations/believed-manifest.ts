/** The manifest at a key that is believed: of the newest version, or for a restore of one that somebody wrote over. */
import type { Manifest } from '../contract/manifest';
import { MAX_DOCUMENT_BYTES } from '../runtime/signed-document';
import type { Store } from '../runtime/store';
import type { Versions } from '../runtime/versions';
import { newestOrOlder } from './older-versions';
import { believeManifest, documentOf, readDocument, type Trust } from './read-manifest';

export interface BelievedManifest {
  readonly manifest: Manifest;
  /** Of the whole object, as they were believed. */
  readonly document: Uint8Array;
  /** That it was written over, and which version this one is. */
  readonly warnings: readonly string[];
}

/**
 * @param versions @default - only the newest counts
 * @throws Failure as readManifest, of the newest version where no other one is believed
 */
export async function believedManifest(
  store: Store,
  trust: Trust,
  key: string,
  versions?: Versions,
): Promise<BelievedManifest> {
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  const believed = (document: Uint8Array) => ({ manifest: believeManifest(document, trust, key), document });
  const found = await newestOrOlder(
    {
      key,
      newest: async () => believed(await readDocument(store, key)),
      older: async (version, from) => believed(await documentOf(await from.get(key, version), key)),
      fits: ({ bytes }) => bytes <= MAX_DOCUMENT_BYTES,
    },
    versions && { versions, warn },
  );
  return { ...found, warnings };
}
