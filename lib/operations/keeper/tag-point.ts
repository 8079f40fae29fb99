/** The expiry tag: on all objects of a point, README last, so that a README which has it tells that all is done. */
import pLimit from 'p-limit';
import { ORPHAN_GRACE_DAYS } from '../../contract/retention';
import type { Keeper } from '../../runtime/keeper';
import type { ObjectVersion, ProtectedObjects } from '../../runtime/protected-objects';
import { DAY_MS, REQUESTS_AT_A_TIME } from './keeper-tools';
import { readmesApart } from './readmes-apart';
import type { Dump, StoredDump } from './stored-dumps';

/** Tagging again changes nothing. */
export async function tagAll(versions: readonly ObjectVersion[], keeper: Keeper): Promise<true> {
  const [readmes, others] = readmesApart(versions);
  for (const part of [others, readmes])
    await pLimit(REQUESTS_AT_A_TIME).map(part, (version) => keeper.tagForExpiry(version));
  return true;
}

/** Then locks and tags need no other look. */
export async function isTagged(stored: readonly StoredDump[], objects: ProtectedObjects): Promise<boolean> {
  for (const readme of stored.flatMap(({ readmes }) => readmes))
    if (await objects.mayExpire(readme)) return true;
  return false;
}

export async function anyTagged(
  versions: readonly ObjectVersion[],
  objects: ProtectedObjects,
): Promise<boolean> {
  const tagged = await pLimit(REQUESTS_AT_A_TIME).map(versions, (version) => objects.mayExpire(version));
  return tagged.includes(true);
}

export function isAbandoned({ manifestKey, stored }: Dump, now: Date): boolean {
  const touchedAt = Math.max(...stored.map((dump) => dump.touchedAt.getTime()));
  return manifestKey === undefined && now.getTime() - touchedAt > ORPHAN_GRACE_DAYS * DAY_MS;
}

/** @returns false where it was done before */
export async function tagOrphan({ stored }: Dump, keeper: Keeper): Promise<boolean> {
  let changed = false;
  for (const { prefix } of stored) {
    const versions = await Array.fromAsync(keeper.versions(prefix));
    const tagged = await pLimit(REQUESTS_AT_A_TIME).map(versions, (version) => keeper.mayExpire(version));
    const untagged = versions.filter((_, index) => tagged[index] === false);
    await tagAll(untagged, keeper);
    changed ||= untagged.length > 0;
  }
  return changed;
}
