/** What of a recovery point lies in S3's archive classes, and that it cannot be read at once. */
import pLimit from 'p-limit';
import { Failure } from '../contract/failure';
import { humanBytes } from '../contract/human';
import type { Manifest } from '../contract/manifest';
import { pointPrefix } from '../contract/object-keys';
import { ARCHIVE_CLASSES, THAW_SPEEDS, THAW_TIMES } from '../contract/storage-class';
import type { Archive, ArchivedObject, ThawState } from '../runtime/archive';

export interface ArchivedPart {
  readonly object: ArchivedObject;
  readonly state: ThawState;
}

export const REQUESTS_AT_A_TIME = 16;

/** Of the objects that the manifest names. @param archive undefined where nothing can be archived */
export async function archivedParts(
  archive: Archive | undefined,
  manifest: Manifest,
): Promise<ArchivedPart[]> {
  if (archive === undefined) return [];
  const named = new Set(manifest.files.map(({ key }) => key));
  const objects: ArchivedObject[] = [];
  for await (const object of archive.archived(pointPrefix(manifest.class, manifest.database, manifest.id)))
    if (named.has(object.key)) objects.push(object);
  return pLimit(REQUESTS_AT_A_TIME).map(objects, async (object) => ({
    object,
    state: await archive.stateOf(object),
  }));
}

/** `12 objects (8.1 GB) in GLACIER, 3 of them thawing` */
export function inWords(parts: readonly ArchivedPart[]): string {
  const each = ARCHIVE_CLASSES.flatMap((name) => {
    const inClass = parts.filter(({ object }) => object.storageClass === name);
    const bytes = inClass.reduce((sum, { object }) => sum + object.bytes, 0);
    const what = inClass.length === 1 ? '1 object' : `${inClass.length} objects`;
    return inClass.length === 0 ? [] : [`${what} (${humanBytes(bytes)}) in ${name}`];
  });
  const thawing = parts.filter(({ state }) => state === 'thawing').length;
  return `${each.join(' and ')}${thawing === 0 ? '' : `, ${thawing} of them thawing`}`;
}

/**
 * @param why whoever asks does not thaw them
 * @throws Failure `restore-refused` where objects of the point would have to be thawed first
 */
export async function demandReadable(
  archive: Archive | undefined,
  manifest: Manifest,
  why: string,
): Promise<void> {
  const parts = (await archivedParts(archive, manifest)).filter(({ state }) => state !== 'readable');
  if (parts.length > 0) throw mustBeThawed(manifest, parts, `${why}: thaw it by a restore with --thaw`);
}

/** @param what an operator should do: the beginning of a sentence */
export function mustBeThawed(
  { database, id }: Manifest,
  parts: readonly ArchivedPart[],
  what: string,
): Failure {
  return new Failure(
    'restore-refused',
    `${database} ${id} cannot be read at once: it has ${inWords(parts)}.`,
    { hint: `${what}, which takes ${timesOf(parts)}. Points that are not archived need no thaw.` },
  );
}

/** How long it takes in the slowest class that there is. */
function timesOf(parts: readonly ArchivedPart[]): string {
  const deep = parts.some(({ object }) => object.storageClass === 'DEEP_ARCHIVE');
  const times = THAW_TIMES[deep ? 'DEEP_ARCHIVE' : 'GLACIER'];
  return THAW_SPEEDS.flatMap((speed) => {
    const time = times[speed];
    return time === undefined ? [] : [`${time} (${speed})`];
  }).join(', ');
}
