/** The objects of one recovery point, by what its manifest says: as versions, found by their keys and sizes. */
import { createHash } from 'node:crypto';
import { Failure } from '../../contract/failure';
import type { Manifest } from '../../contract/manifest';
import { pointPrefix } from '../../contract/object-keys';
import type { ObjectVersion, ProtectedObjects } from '../../runtime/protected-objects';
import type { Store } from '../../runtime/store';
import { believeManifest, readDocument, type Trust } from '../read-manifest';
import { orRefused } from './findings';

export interface BelievedManifest {
  readonly key: string;
  readonly manifest: Manifest;
  /** Of the whole object. */
  readonly bytes: number;
  readonly sha256: string;
}

/** @throws RefusedDocument; Failure `store-failed` */
export async function readBelieved(store: Store, trust: Trust, key: string): Promise<BelievedManifest> {
  return orRefused(
    readDocument(store, key).then((document) => ({
      key,
      manifest: believeManifest(document, trust, key),
      bytes: document.byteLength,
      sha256: createHash('sha256').update(document).digest('hex'),
    })),
  );
}

/** What is there of a point, and which keys it names that are not, with their size. */
export async function versionsOf(objects: ProtectedObjects, manifest: Manifest) {
  const prefix = pointPrefix(manifest.class, manifest.database, manifest.id);
  const byKey = Map.groupBy(await Array.fromAsync(objects.versions(prefix)), ({ key }) => key);
  const files = manifest.files.map(({ key, bytes }) => ({
    key,
    versions: (byKey.get(key) ?? []).filter((version) => version.bytes === bytes),
  }));
  return {
    versions: files.flatMap(({ versions }) => versions),
    missing: files.filter(({ versions }) => versions.length === 0).map(({ key }) => key),
  };
}

/** Of one object: those that have its size, or all. */
export async function versionsNamed(
  objects: ProtectedObjects,
  key: string,
  bytes?: number,
): Promise<ObjectVersion[]> {
  const versions = await Array.fromAsync(objects.versions(key));
  return versions.filter((version) => version.key === key && version.bytes === (bytes ?? version.bytes));
}

export function missingObjects(manifestKey: string, keys: readonly string[]): Failure {
  return new Failure(
    'stored-data-faulty',
    `${manifestKey} names ${keys.length} objects that are not there with their size, for example ${keys[0] ?? ''}.`,
    { hint: 'The recovery point is damaged: run "backstop check", and back up now.' },
  );
}
