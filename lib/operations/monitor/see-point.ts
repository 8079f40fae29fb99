/** The stored objects of a recovery point as the monitor may see them: versions and locks, and not a byte of them. */
import pLimit from 'p-limit';
import type { Manifest, StoredFile } from '../../contract/manifest';
import { pointPrefix } from '../../contract/object-keys';
import type { ObjectVersion, ProtectedObjects } from '../../runtime/protected-objects';
import type { Store } from '../../runtime/store';
import { versionsNamed } from '../keeper/point-objects';
import type { BelievedPoint } from '../recovery-points';

export interface SeenObject {
  readonly key: string;
  /** Newest first, which a restore reads; empty where it is not there at all. */
  readonly versions: readonly ObjectVersion[];
  /** A delete marker stands above it. */
  readonly hidden: boolean;
  /** Of the newest version; undefined for never locked. */
  readonly lockedUntil: Date | undefined;
}

export interface SeenPoint {
  readonly manifest: Manifest;
  readonly manifestObject: SeenObject;
  /** What the manifest names, and what is there of it. */
  readonly files: readonly (readonly [StoredFile, SeenObject])[];
  /** Keys that lie there besides. */
  readonly extra: readonly string[];
  /** Of all versions below the point's prefix. */
  readonly bytes: number;
  /** In which most of those bytes lie. */
  readonly storageClass: string;
}

/** Of one part of a pass; eight parts look at a time, and the SDK has fifty connections. */
export const REQUESTS_AT_A_TIME = 8;

/** @throws Failure `store-failed`: what cannot be looked at is not called faulty */
export async function seePoint(
  { key: manifestKey, hidden, manifest }: BelievedPoint<Manifest>,
  { store, objects }: { readonly store: Store; readonly objects: ProtectedObjects },
): Promise<SeenPoint> {
  const prefix = pointPrefix(manifest.class, manifest.database, manifest.id);
  const stored = await Array.fromAsync(objects.versions(prefix));
  const versions = Map.groupBy(stored, ({ key }) => key);
  const hiddenKeys = await hiddenBelow(prefix, store);
  const limit = pLimit(REQUESTS_AT_A_TIME);
  const see = async (key: string, of: readonly ObjectVersion[], isHidden: boolean): Promise<SeenObject> => {
    const [newest] = of;
    const lockedUntil = newest && (await limit(() => objects.lockedUntil(newest)));
    return { key, versions: of, hidden: isHidden, lockedUntil };
  };
  const own = await versionsNamed(objects, manifestKey);
  const named = new Set(manifest.files.map(({ key }) => key));
  return {
    manifest,
    manifestObject: await see(manifestKey, own, hidden),
    files: await Promise.all(
      manifest.files.map(
        async (file) =>
          [file, await see(file.key, versions.get(file.key) ?? [], hiddenKeys.has(file.key))] as const,
      ),
    ),
    extra: [...versions.keys()].filter((key) => !named.has(key)),
    bytes: bytesOf(stored),
    storageClass: mostUsedClass(stored),
  };
}

function bytesOf(versions: readonly ObjectVersion[]): number {
  return versions.reduce((sum, { bytes }) => sum + bytes, 0);
}

function mostUsedClass(versions: readonly ObjectVersion[]): string {
  const classes = [...Map.groupBy(versions, ({ storageClass = 'STANDARD' }) => storageClass)];
  const [most] = classes.sort(([, a], [, b]) => bytesOf(b) - bytesOf(a));
  return most?.[0] ?? 'STANDARD';
}

async function hiddenBelow(prefix: string, store: Store): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key, hidden } of store.list(prefix)) if (hidden) keys.add(key);
  return keys;
}
