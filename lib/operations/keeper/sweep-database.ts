/** The daily sweep over one database: locks what was missed, then tags what may go. */
import pLimit from 'p-limit';
import { messageOf } from '../../contract/failure';
import { POINT_OBJECTS } from '../../contract/object-keys';
import type { RecoveryPointId } from '../../contract/recovery-point-id';
import { ORPHAN_GRACE_DAYS } from '../../contract/retention';
import type { Keeper } from '../../runtime/keeper';
import type { ObjectVersion } from '../../runtime/protected-objects';
import { mayBeTagged, newestToStay, type KeptPoint } from './expiry-rule';
import { refuseGone } from './gone-objects';
import { lockPoint, type KeeperTools } from './lock-point';
import type { StoredDump } from './stored-dumps';

/**
 * Objects of one id: those of a point lie below one prefix; below a second one lies what nobody asked for.
 * Of a point that is gone, none are left.
 */
export interface Dump {
  readonly database: string;
  readonly id: RecoveryPointId;
  readonly stored: readonly StoredDump[];
  /** undefined where no manifest has that id, believed or not. */
  readonly manifestKey: string | undefined;
}

export interface Swept {
  /** Points whose locks were confirmed. */
  readonly locked: number;
  /** Points that got the tag. */
  readonly tagged: number;
  /** Dumps without a manifest that got it. */
  readonly orphansTagged: number;
  /** What needs a person, in words. */
  readonly faults: readonly string[];
}

interface SweptPoint extends KeptPoint {
  /** All that is there of it; empty for one that is tagged already. */
  readonly versions: readonly ObjectVersion[];
}

const POINTS_AT_A_TIME = 4;
const REQUESTS_AT_A_TIME = 32;
const DAY_MS = 86_400_000;

/** One dump that fails does not keep the others from being swept. */
export async function sweepDatabase(dumps: readonly Dump[], tools: KeeperTools): Promise<Swept> {
  const { keeper } = tools;
  const now = tools.clock.now();
  const faults: string[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      faults.push(messageOf(error));
      return undefined;
    });
  const attempted = await pLimit(POINTS_AT_A_TIME).map(dumps, (dump) => attempt(sweepPoint(dump, tools)));
  const points = attempted.filter((point) => point !== undefined);
  const stays = newestToStay(points, now);
  if (stays !== undefined) faults.push(...(await tagsOf(stays, keeper)));
  const toTag = mayBeTagged(points, now).filter(({ versions }) => versions.length > 0);
  const tagged = await pLimit(1).map(toTag, ({ versions }) => attempt(tagAll(versions, keeper)));
  const orphans = dumps.filter((dump) => isAbandoned(dump, now));
  const orphansTagged = await pLimit(1).map(orphans, (dump) => attempt(tagOrphan(dump, keeper)));
  // Last, for it reads many manifests: what may go is tagged by then.
  const settled = dumps.filter(
    ({ stored }, index) => stored.length === 0 || attempted[index]?.state === 'tagged',
  );
  await pLimit(POINTS_AT_A_TIME).map(settled, ({ manifestKey, ...dump }) =>
    manifestKey === undefined ? undefined : attempt(refuseGone({ ...dump, manifestKey }, tools)),
  );
  return {
    locked: points.filter(({ state }) => state === 'whole').length,
    tagged: tagged.filter((done) => done === true).length,
    orphansTagged: orphansTagged.filter((done) => done === true).length,
    faults,
  };
}

/** @returns undefined for a dump without a manifest, or a manifest without a dump */
async function sweepPoint(
  { id, stored, manifestKey }: Dump,
  tools: KeeperTools,
): Promise<SweptPoint | undefined> {
  if (manifestKey === undefined || stored.length === 0) return undefined;
  if (await isTagged(stored, tools.keeper)) return { id, state: 'tagged', versions: [] };
  const { versions, whole } = await lockPoint(manifestKey, tools);
  return { id, state: whole ? 'whole' : 'remains', versions };
}

/** The README is tagged last: then all is done, and locks need no other look. */
async function isTagged(stored: readonly StoredDump[], keeper: Keeper): Promise<boolean> {
  for (const readme of stored.flatMap(({ readmes }) => readmes))
    if (await keeper.mayExpire(readme)) return true;
  return false;
}

/** The point that must stay carries no tag, unless somebody else set it or all newer ones are gone. */
async function tagsOf({ id, state, versions }: SweptPoint, keeper: Keeper): Promise<string[]> {
  const tagged = await pLimit(REQUESTS_AT_A_TIME).map(versions, (version) => keeper.mayExpire(version));
  if (state !== 'tagged' && !tagged.includes(true)) return [];
  return [`${id} is the newest point that can be relied on, and it is tagged to expire. Back up now.`];
}

/** In an order that tells how far it came: README last. Tagging again changes nothing. */
async function tagAll(versions: readonly ObjectVersion[], keeper: Keeper): Promise<true> {
  const [readmes = [], others = []] = [true, false].map((wanted) =>
    versions.filter(({ key }) => key.endsWith(`/${POINT_OBJECTS.readme}`) === wanted),
  );
  for (const part of [others, readmes])
    await pLimit(REQUESTS_AT_A_TIME).map(part, (version) => keeper.tagForExpiry(version));
  return true;
}

function isAbandoned({ manifestKey, stored }: Dump, now: Date): boolean {
  const touchedAt = Math.max(...stored.map((dump) => dump.touchedAt.getTime()));
  return manifestKey === undefined && now.getTime() - touchedAt > ORPHAN_GRACE_DAYS * DAY_MS;
}

/** @returns false where it was done before */
async function tagOrphan({ stored }: Dump, keeper: Keeper): Promise<boolean> {
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
