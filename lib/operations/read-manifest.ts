/** Reads a manifest back and believes nothing in it before its signature. */
import type { z } from 'zod';
import { Failure } from '../contract/failure';
import { MANIFEST_VERSION, manifestSchema, type Manifest } from '../contract/manifest';
import { manifestKey, pointPrefix } from '../contract/object-keys';
import { MAX_DOCUMENT_BYTES, openEnvelope } from '../runtime/signed-document';
import type { Store } from '../runtime/store';

/** Whose manifests are believed. */
export interface Trust {
  /** Public keys, PEM. */
  readonly keys: readonly string[];
  /** Also those without a signature: the explicit choice of whoever backs up with the signer `none`. */
  readonly allowUnsigned: boolean;
}

/**
 * @param key of the manifest object
 * @throws Failure `stored-data-faulty`, see believeManifest; `store-failed`
 */
export async function readManifest(store: Store, trust: Trust, key: string): Promise<Manifest> {
  return believeManifest(await readDocument(store, key), trust, key);
}

/**
 * @param bytes of the whole manifest object
 * @throws Failure `stored-data-faulty`: edited, signed by an unknown key, of an unknown version, unreadable, or not
 * the manifest that belongs at this key
 */
export function believeManifest(bytes: Uint8Array, trust: Trust, key: string): Manifest {
  const payload = openEnvelope(bytes, trust.keys, { name: key, allowUnsigned: trust.allowUnsigned });
  const manifest = parseManifest(payload, key);
  checkPlace(manifest, key);
  return manifest;
}

/** @throws Failure `stored-data-faulty` that names the fields */
function parseManifest(payload: { readonly type: string; readonly version: number }, name: string): Manifest {
  if (payload.version !== MANIFEST_VERSION) {
    throw new Failure(
      'stored-data-faulty',
      `${name} is of version ${payload.version}; this Backstop reads version ${MANIFEST_VERSION}.`,
      { hint: 'Read it with the Backstop that wrote it, or a newer one.' },
    );
  }
  const result = manifestSchema.safeParse(payload);
  if (result.success) return result.data;
  throw new Failure('stored-data-faulty', `${name} is no manifest: ${inWords(result.error)}`);
}

/** At most five faults: one is enough to refuse it, and a document of another kind has thousands. */
function inWords({ issues }: z.ZodError): string {
  const words = issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  return [...words, ...(issues.length > 5 ? [`and ${issues.length - 5} more`] : [])].join('; ');
}

/** A signed manifest in another place is a true statement about something else. */
function checkPlace(manifest: Manifest, key: string): void {
  const belongs = manifestKey(manifest.database, manifest.id);
  if (manifest.type !== 'recovery-point' || key !== belongs) {
    throw new Failure(
      'stored-data-faulty',
      `${key} holds the manifest of another thing: ${manifest.type} ${belongs}.`,
      {
        hint: 'Somebody copied or renamed it. It belongs where it was written.',
      },
    );
  }
  const prefix = pointPrefix(manifest.class, manifest.database, manifest.id);
  const stray = manifest.files.find((file) => !file.key.startsWith(prefix));
  if (stray === undefined) return;
  throw new Failure('stored-data-faulty', `${key} names ${stray.key}, which is not below ${prefix}.`);
}

/** A manifest object's bytes, as they are stored. */
export async function readDocument(store: Store, key: string): Promise<Buffer> {
  return documentOf(await store.get(key), key);
}

/** @throws Failure `stored-data-faulty` for more than any document has */
export async function documentOf(stored: AsyncIterable<unknown>, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stored) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
    if (bytes > MAX_DOCUMENT_BYTES)
      throw new Failure(
        'stored-data-faulty',
        `${key} has more than ${MAX_DOCUMENT_BYTES} bytes: it is no manifest.`,
      );
  }
  return Buffer.concat(chunks);
}
