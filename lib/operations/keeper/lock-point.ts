/** Locks everything that one signed manifest speaks of, until its retainUntil. */
import pLimit from 'p-limit';
import { Failure } from '../../contract/failure';
import type { Manifest } from '../../contract/manifest';
import type { Keeper } from '../../runtime/keeper';
import type { ObjectVersion } from '../../runtime/protected-objects';
import { stateOf } from '../recovery-points';
import { DAY_MS, REQUESTS_AT_A_TIME, type KeeperTools } from './keeper-tools';
import { missingObjects, readBelieved, versionsNamed, versionsOf } from './point-objects';

export interface LockedPoint {
  readonly manifest: Manifest;
  /** Of every object of the point, the manifest excluded: all are locked. */
  readonly versions: readonly ObjectVersion[];
  /** false only past the point's time, when lifecycle has begun to delete. */
  readonly whole: boolean;
}

/**
 * A signed manifest is the only thing that the keeper believes. Each version of an object that has the size which the
 * manifest states is locked: the keeper may not read points, and so cannot tell two of one size apart by their checksum.
 * @throws RefusedDocument: the manifest is not to be believed; Failure `stored-data-faulty`: it asks for too long a lock,
 * names an object that is not there, or a lock was not confirmed; `store-failed`
 */
export async function lockPoint(manifestKey: string, tools: KeeperTools): Promise<LockedPoint> {
  const { store, keeper, trust, clock } = tools;
  const { manifest, bytes } = await readBelieved(store, trust, manifestKey);
  const now = clock.now();
  const until = new Date(manifest.retainUntil);
  const found = await versionsOf(keeper, manifest);
  if (found.missing.length > 0 && stateOf(manifest, now) === 'valid')
    throw missingObjects(manifestKey, found.missing);
  if (until > now) {
    const versions = [...found.versions, ...(await versionsNamed(keeper, manifestKey, bytes))];
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
