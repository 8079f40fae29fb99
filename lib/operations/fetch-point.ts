/** Fetches what a manifest names. Bytes that are not exactly those of the manifest are never used. */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../contract/failure';
import type { Manifest, StoredFile } from '../contract/manifest';
import { pointPrefix } from '../contract/object-keys';
import { Digests } from '../runtime/digests';
import type { Store } from '../runtime/store';
import { together } from '../runtime/together';
import { newestOrOlder, type OlderVersions, type Reading } from './older-versions';

const OBJECTS_AT_A_TIME = 4;

/**
 * An object's bytes. They end well only where all of them are what the manifest says: whoever acts before the end
 * must be able to undo it.
 * @throws Failure `stored-data-faulty` for a missing object, another length, another SHA-256; `store-failed`
 */
async function* verifiedBytes(
  file: StoredFile,
  open: () => Promise<AsyncIterable<unknown>>,
): AsyncGenerator<Uint8Array, void> {
  const digests = new Digests();
  for await (const chunk of await open()) {
    digests.update(chunk as Uint8Array);
    // What somebody put there may be larger than the disk, and than any patience.
    if (digests.bytes > file.bytes)
      throw faulty(`${file.key} has more bytes than the ${file.bytes} that the manifest says.`);
    yield chunk as Uint8Array;
  }
  const { bytes, sha256 } = digests.storedFile(file.key);
  if (bytes !== file.bytes) throw faulty(`${file.key} has ${bytes} bytes; the manifest says ${file.bytes}.`);
  if (sha256 !== file.sha256)
    throw faulty(`${file.key} has the SHA-256 ${sha256}; the manifest says ${file.sha256}.`);
}

async function openObject(store: Store, { key }: StoredFile, signal: AbortSignal | undefined) {
  try {
    return await store.get(key, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true && (await store.head(key)) === undefined)
      throw faulty(`${key} is missing; the manifest names it.`);
    throw error;
  }
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Less than none for bytes that were fetched in vain. */
  readonly onBytes?: (bytes: number) => void;
  /** Where objects that were written over are looked for. @default - only the newest versions count */
  readonly older?: OlderVersions | undefined;
}

/**
 * Fetches every object of a point into a folder, under its name below the point's prefix.
 * @param directory private to us; what a failed fetch leaves there must not be used
 */
export async function fetchPoint(
  store: Store,
  manifest: Manifest,
  directory: string,
  { signal, ...options }: FetchOptions = {},
): Promise<void> {
  // All workers take from one iterator, so each file is fetched once.
  const files = manifest.files.values();
  const worker = async (stop: AbortSignal) => {
    for (const file of files) {
      await fetchObject(store, manifest, file, directory, { ...options, signal: stop });
    }
  };
  await together(
    signal,
    Array.from({ length: OBJECTS_AT_A_TIME }, () => worker),
  );
}

/** A small object of a point, such as its roles. @throws Failure as fetchPoint */
export async function readPointObject(
  store: Store,
  file: StoredFile,
  { signal, older }: Pick<FetchOptions, 'signal' | 'older'>,
): Promise<Buffer> {
  return newestOrOlder(readingOf(store, file, signal, buffer), older, signal);
}

/** @param take what is made of the bytes, which it must not use before they end well */
function readingOf<T>(
  store: Store,
  file: StoredFile,
  signal: AbortSignal | undefined,
  take: (bytes: AsyncGenerator<Uint8Array>) => Promise<T>,
): Reading<T> {
  const { key } = file;
  return {
    key,
    newest: () => take(verifiedBytes(file, () => openObject(store, file, signal))),
    older: (version, versions) => take(verifiedBytes(file, () => versions.get(key, version, { signal }))),
    fits: ({ bytes }) => bytes === file.bytes,
  };
}

/** Fetches one object of a point. */
export async function fetchObject(
  store: Store,
  manifest: Manifest,
  file: StoredFile,
  directory: string,
  { signal, onBytes = () => undefined, older }: FetchOptions = {},
): Promise<void> {
  const prefix = pointPrefix(manifest.class, manifest.database, manifest.id);
  const target = placeOf(file.key, prefix, directory);
  await mkdir(path.dirname(target), { recursive: true });
  let taken = 0;
  const count = (bytes: number) => {
    taken += bytes;
    onBytes(bytes);
  };
  const write = (bytes: AsyncIterable<Uint8Array>) =>
    pipeline(counted(bytes, count), createWriteStream(target, { flags: 'wx', mode: 0o600 }), { signal });
  const writing = readingOf(store, file, signal, write);
  const writeAgain: typeof writing.older = async (version, versions) => {
    await rm(target, { force: true });
    count(-taken);
    await writing.older(version, versions);
  };
  await newestOrOlder({ ...writing, older: writeAgain }, older, signal);
}

/** The manifest's schema refuses keys with dot segments; nothing is written elsewhere even if it did not. */
function placeOf(key: string, prefix: string, directory: string): string {
  const place = path.resolve(directory, key.slice(prefix.length));
  if (key.startsWith(prefix) && place.startsWith(`${path.resolve(directory)}${path.sep}`)) return place;
  throw faulty(`${key} does not lie below ${prefix}.`);
}

async function* counted(bytes: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void) {
  for await (const chunk of bytes) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}

function faulty(message: string): Failure {
  return new Failure('stored-data-faulty', message, {
    hint: 'Choose another recovery point ("backstop list"), and see what else is damaged with "backstop check --deep".',
  });
}
