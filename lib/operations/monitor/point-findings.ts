/** What is wrong with the stored objects of a recovery point, as far as it shows without their bytes. Pure. */
import type { StoredFile } from '../../contract/manifest';
import { fault, note, type Finding } from '../finding';
import type { SeenObject, SeenPoint } from './see-point';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** S3 tells times of objects in whole seconds, and may count from the end of an upload. */
const LOCK_TOLERANCE_MS = 60_000;
/** How long the keeper may take to lock and hold: its events come within minutes, or again for hours. */
export const KEEPER_GRACE_MS = HOUR_MS;

/** Findings of these kinds make a point one that cannot be restored. */
const DAMAGE: readonly Finding['kind'][] = ['missing', 'size', 'checksum', 'overwritten'];

export function isWhole(findings: readonly Finding[]): boolean {
  return !findings.some(({ kind }) => DAMAGE.includes(kind));
}

/** @param defaultLockDays for which every object is locked from its birth, whatever the keeper does. */
export function pointFindings(seen: SeenPoint, defaultLockDays: number, now: Date): Finding[] {
  const protection = (object: SeenObject) => [
    ...overwritten(object),
    ...unlocked(object, seen, defaultLockDays, now),
    ...hidden(object),
  ];
  return [
    ...protection(seen.manifestObject),
    ...seen.files.flatMap(([file, object]) => [...presence(file, object), ...protection(object)]),
    ...seen.extra.map((key) => note('extra', key, 'is not named by the manifest; a restore leaves it out')),
  ];
}

function presence({ key, bytes }: StoredFile, { versions: [newest] }: SeenObject): Finding[] {
  if (newest === undefined) return [fault('missing', key, 'is not in the store')];
  if (newest.bytes === bytes) return [];
  return [fault('size', key, `has ${newest.bytes} bytes; the manifest says ${bytes}`)];
}

/** No program of ours can do that, and the bucket's policy refuses it to everybody. */
function overwritten({ key, versions }: SeenObject): Finding[] {
  if (versions.length < 2) return [];
  return [
    fault('overwritten', key, `has ${versions.length} versions: somebody wrote over it, which nobody may`),
  ];
}

/** The keeper extends the lock within the hour: what it was born with must be there at once. */
function unlocked(
  { key, versions: [newest], lockedUntil }: SeenObject,
  { manifest }: SeenPoint,
  defaultLockDays: number,
  now: Date,
): Finding[] {
  const retainUntil = new Date(manifest.retainUntil);
  if (newest === undefined || retainUntil <= now) return [];
  const born = newest.modifiedAt.getTime() + defaultLockDays * DAY_MS;
  const until = new Date(Math.min(born, retainUntil.getTime()));
  if (lockedUntil !== undefined && lockedUntil.getTime() + LOCK_TOLERANCE_MS >= until.getTime()) return [];
  const locked =
    lockedUntil === undefined ? 'has no lock' : `is locked until ${lockedUntil.toISOString()} only`;
  return [fault('unlocked', key, `${locked}; it was born with a lock until ${until.toISOString()}`)];
}

function hidden({ key, hidden: isHidden }: SeenObject): Finding[] {
  return isHidden
    ? [note('hidden', key, 'is hidden by a delete marker; it is still there and will be restored')]
    : [];
}

/** Objects that the keeper has not locked to their end. What is not there at all is a fault of another kind. */
export function notLockedToEnd({ manifest, manifestObject, files }: SeenPoint, now: Date): string[] {
  const retainUntil = new Date(manifest.retainUntil);
  if (retainUntil <= now) return [];
  return [manifestObject, ...files.map(([, object]) => object)]
    .filter(({ versions }) => versions.length > 0)
    .filter(({ lockedUntil }) => lockedUntil === undefined || lockedUntil < retainUntil)
    .map(({ key }) => key);
}
