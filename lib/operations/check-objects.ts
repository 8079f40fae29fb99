/** The stored objects of one recovery point against its manifest, without reading their bytes. */
import pLimit from 'p-limit';
import type { Manifest, StoredFile } from '../contract/manifest';
import { pointPrefix } from '../contract/object-keys';
import type { ObjectState, Store } from '../runtime/store';
import { fault, note, type Finding } from './finding';

const HEADS_AT_A_TIME = 16;
const HOUR_MS = 60 * 60 * 1000;

export interface CheckedPoint {
  readonly manifest: Manifest;
  readonly manifestKey: string;
  readonly now: Date;
}

/** Size, the store's own checksum, lock and visibility of each object; and what lies there besides. */
export async function checkObjects(store: Store, point: CheckedPoint): Promise<Finding[]> {
  const locks = await store.locks();
  const limit = pLimit(HEADS_AT_A_TIME);
  const ofFiles = await limit.map(point.manifest.files, async (file) => {
    const state = await store.head(file.key);
    if (state === undefined) return [fault('missing', file.key, 'is not in the store')];
    return [...compareObject(file, state), ...protection(point, state, locks)];
  });
  const ofManifest = await store.head(point.manifestKey);
  return [
    ...(ofManifest === undefined ? [] : protection(point, ofManifest, locks)),
    ...ofFiles.flat(),
    ...(await extraObjects(store, point.manifest)),
  ];
}

/** A store that keeps no checksum (a directory) can only be asked for sizes: --deep reads the bytes. */
export function compareObject(file: StoredFile, state: ObjectState): Finding[] {
  if (state.bytes !== file.bytes)
    return [fault('size', file.key, `has ${state.bytes} bytes; the manifest says ${file.bytes}`)];
  if (state.crc32 !== undefined && state.crc32 !== file.crc32)
    return [fault('checksum', file.key, `has the CRC-32 ${state.crc32}; the manifest says ${file.crc32}`)];
  return [];
}

/**
 * Until retainUntil nothing of a point may be deletable. An object is born with the bucket's default lock, which the
 * keeper extends to retainUntil: a lock that is still shorter an hour later is told, one that has run out is a fault.
 */
export function protection({ manifest, now }: CheckedPoint, state: ObjectState, locks: boolean): Finding[] {
  const { key, lockedUntil, hidden } = state;
  const findings = hidden
    ? [note('hidden', key, 'is hidden by a delete marker; it is still there and will be restored')]
    : [];
  const retainUntil = new Date(manifest.retainUntil);
  if (!locks || state.legalHold || retainUntil <= now) return findings;
  const wanted = `it must be locked until ${manifest.retainUntil}`;
  if (lockedUntil === undefined)
    return [
      ...findings,
      fault('unlocked', key, `has no lock that we may read (s3:GetObjectRetention); ${wanted}`),
    ];
  const until = lockedUntil.toISOString();
  if (lockedUntil <= now)
    return [...findings, fault('unlocked', key, `was locked until ${until} only; ${wanted}`)];
  const settled = now.getTime() - Date.parse(manifest.finishedAt) > HOUR_MS;
  if (settled && lockedUntil < retainUntil)
    return [...findings, note('unlocked', key, `is locked until ${until} only; ${wanted}`)];
  return findings;
}

async function extraObjects(store: Store, manifest: Manifest): Promise<Finding[]> {
  const named = new Set(manifest.files.map(({ key }) => key));
  const findings: Finding[] = [];
  for await (const { key } of store.list(pointPrefix(manifest.class, manifest.database, manifest.id))) {
    if (!named.has(key))
      findings.push(note('extra', key, 'is not named by the manifest; a restore leaves it out'));
  }
  return findings;
}
