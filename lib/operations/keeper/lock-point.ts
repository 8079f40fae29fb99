/** Locks everything that one signed manifest speaks of, until its retainUntil. */
import pLimit from 'p-limit';
import { Failure } from '../../contract/failure';
import type { Manifest } from '../../contract/manifest';
import { pointPrefix } from '../../contract/object-keys';
import type { Clock } from '../../runtime/clock';
import type { Keeper } from '../../runtime/keeper';
import type { ObjectVersion } from '../../runtime/protected-objects';
import type { Store } from '../../runtime/store';
import { believeManifest, readDocument, type Trust } from '../read-manifest';
import { stateOf } from '../recovery-points';

export interface KeeperTools {
  readonly store: Store;
  readonly keeper: Keeper;
  readonly trust: Trust;
  readonly clock: Clock;
  /** A lock cannot be taken back: a manifest that asks for a new one of more days from now is refused. */
  readonly longestLockDays: number;
}

export interface LockedPoint {
  readonly manifest: Manifest;
  /** Of every object of the point, the manifest excluded: all are locked. */
  readonly versions: readonly ObjectVersion[];
  /** false only past the point's time, when lifecycle has begun to delete. */
  readonly whole: boolean;
}

const REQUESTS_AT_A_TIME = 32;
const DAY_MS = 86_400_000;

/**
 * A signed manifest is the only thing that the keeper believes. Each version of an object that has the size which the
 * manifest states is locked: the keeper may not read points, and so cannot tell two of one size apart by their checksum.
 * @throws Failure `stored-data-faulty`: the manifest is not to be believed, asks for too long a lock, names an object that
 * is not there, or a lock was not confirmed; `store-failed`
 */
export async function lockPoint(manifestKey: string, tools: KeeperTools): Promise<LockedPoint> {
  const { store, keeper, trust, clock } = tools;
  const document = await readDocument(store, manifestKey);
  const manifest = believeManifest(document, trust, manifestKey);
  const now = clock.now();
  const until = new Date(manifest.retainUntil);
  const found = await versionsOf(keeper, manifest);
  if (found.missing.length > 0 && stateOf(manifest, now) === 'valid')
    throw missing(manifestKey, found.missing);
  if (until > now) {
    const own = await versionsNamed(keeper, manifestKey, document.byteLength);
    const versions = [...found.versions, ...own];
    if (until.getTime() - now.getTime() > tools.longestLockDays * DAY_MS)
      await refuseLongerLock(manifestKey, versions, until, tools);
    await lockAll(keeper, versions, until);
  }
  return { manifest, versions: found.versions, whole: found.missing.length === 0 };
}

/** Locks that are there were allowed once: when classes became shorter, their points are no fault. */
async function refuseLongerLock(
  manifestKey: string,
  versions: readonly ObjectVersion[],
  until: Date,
  { keeper, longestLockDays }: KeeperTools,
): Promise<void> {
  const locks = await pLimit(REQUESTS_AT_A_TIME).map(versions, (version) => keeper.lockedUntil(version));
  if (locks.length > 0 && locks.every((lockedUntil) => lockedUntil !== undefined && lockedUntil >= until))
    return;
  throw new Failure(
    'stored-data-faulty',
    `${manifestKey} asks to be kept until ${until.toISOString()}; allowed are ${longestLockDays} days from now.`,
    { hint: 'Was it made under a wrong clock, or with longer classes than those that are deployed?' },
  );
}

/** What is there of a point, and which keys it names that are not, with their size. */
export async function versionsOf(keeper: Keeper, manifest: Manifest) {
  const prefix = pointPrefix(manifest.class, manifest.database, manifest.id);
  const byKey = Map.groupBy(await Array.fromAsync(keeper.versions(prefix)), ({ key }) => key);
  const files = manifest.files.map(({ key, bytes }) => ({
    key,
    versions: (byKey.get(key) ?? []).filter((version) => version.bytes === bytes),
  }));
  return {
    versions: files.flatMap(({ versions }) => versions),
    missing: files.filter(({ versions }) => versions.length === 0).map(({ key }) => key),
  };
}

async function versionsNamed(keeper: Keeper, key: string, bytes: number): Promise<ObjectVersion[]> {
  const versions = await Array.fromAsync(keeper.versions(key));
  return versions.filter((version) => version.key === key && version.bytes === bytes);
}

async function lockAll(keeper: Keeper, versions: readonly ObjectVersion[], until: Date): Promise<void> {
  await pLimit(REQUESTS_AT_A_TIME).map(versions, async (version) => {
    const lockedUntil = await keeper.extendLock(version, until);
    if (lockedUntil !== undefined && lockedUntil >= until) return;
    throw new Failure(
      'stored-data-faulty',
      `${version.key} is locked until ${lockedUntil?.toISOString() ?? 'never'}; it must be until ${until.toISOString()}.`,
      { hint: 'The store took the longer lock and did not keep it. Nothing of this point will expire.' },
    );
  });
}

function missing(manifestKey: string, keys: readonly string[]): Failure {
  return new Failure(
    'stored-data-faulty',
    `${manifestKey} names ${keys.length} objects that are not there with their size, for example ${keys[0] ?? ''}.`,
    { hint: 'The recovery point is damaged: run "backstop check", and back up now.' },
  );
}
