/** The two objects that a backup writes itself: the README of the point and, last of all, its manifest. */
import type { Manifest, StoredFile } from '../contract/manifest';
import { exportManifestKey, manifestKey, POINT_OBJECTS } from '../contract/object-keys';
import { pointReadme, type ReadmePoint } from '../contract/point-readme';
import { encodeEnvelope, sign } from '../runtime/signed-document';
import type { BackupTools } from './backup-request';
import { storeDocument } from './store-document';

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
  await storeDocument(store, key, bytes);
  return key;
}
