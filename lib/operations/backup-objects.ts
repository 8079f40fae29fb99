/** The two objects that a backup writes itself: the README of the point and, last of all, its manifest. */
import { buffer } from 'node:stream/consumers';
import type { Manifest, StoredFile } from '../contract/manifest';
import { exportManifestKey, manifestKey, POINT_OBJECTS } from '../contract/object-keys';
import { pointReadme, type ReadmePoint } from '../contract/point-readme';
import { encodeEnvelope, sign } from '../runtime/signed-document';
import { StoreKeyExists, type Store } from '../runtime/store';
import type { BackupTools } from './backup-request';

/** @param dumpFiles what was stored of the dump: one object, or a folder of them */
export async function storeReadme(
  { store, signal }: BackupTools,
  prefix: string,
  point: ReadmePoint,
  dumpFiles: readonly StoredFile[],
): Promise<StoredFile> {
  const single = dumpFiles[0]?.key.slice(prefix.length) ?? '';
  const dumpName = point.format === 'directory' ? POINT_OBJECTS.dumpDirectory : single;
  const text = pointReadme(point, dumpName, store.url);
  return store.put(`${prefix}${POINT_OBJECTS.readme}`, Buffer.from(text, 'utf8'), { signal });
}

/** From here on the recovery point exists. @returns the manifest's key */
export async function storeManifest(
  manifest: Manifest,
  { store, signer, signal }: BackupTools,
): Promise<string> {
  const bytes = encodeEnvelope(await sign(manifest, signer));
  const { database, id } = manifest;
  const key = manifest.type === 'export' ? exportManifestKey(database, id) : manifestKey(database, id);
  signal.throwIfAborted();
  try {
    await store.put(key, bytes);
  } catch (error) {
    if (!(error instanceof StoreKeyExists) || !(await holds(store, key, bytes))) throw error;
  }
  return key;
}

/** An answer that got lost is sent for again: the object that is there already may be our own. */
async function holds(store: Store, key: string, bytes: Buffer): Promise<boolean> {
  return bytes.equals(await buffer(await store.get(key)));
}
