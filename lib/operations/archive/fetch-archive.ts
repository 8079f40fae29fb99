/** Brings an archive's bytes to this machine, and holds them against their checksum before anything else sees them. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, messageOf } from '../../contract/failure';
import { Digests } from '../../runtime/digests';
import type { Store } from '../../runtime/store';
import { demandFreeSpace } from '../free-space';
import { nameOf, type ArchiveSource } from './archive-request';
import { checksumOf, parseChecksums, type Checksum } from './checksums';

export interface LocalArchive {
  /** A file, or a folder. */
  readonly path: string;
  readonly folder: boolean;
  readonly bytes: number;
  readonly sha256: string | undefined;
  readonly provenBy: string | undefined;
}

export interface Fetching {
  /** Private to us. */
  readonly directory: string;
  readonly sha256File: string | undefined;
  readonly signal: AbortSignal;
  readonly onBytes: (count: number, total: number) => void;
}

interface Vouching {
  readonly file: string;
  readonly checksums: readonly Checksum[];
}

const SUFFIX = '.sha256';
const LARGEST_CHECKSUM_FILE = 16 * 1024 * 1024;

/** @throws Failure `stored-data-faulty` where the bytes are others, `usage`, `store-failed`, `restore-refused` (disk) */
export async function fetchArchive(source: ArchiveSource, fetching: Fetching): Promise<LocalArchive> {
  if (!('path' in source)) return fetchObject(source, fetching);
  const found = await stat(source.path).catch((error: unknown) => {
    throw new Failure('usage', `The archive cannot be read: ${messageOf(error)}`, {
      hint: 'Name a file, a folder or s3://BUCKET/KEY by --archive.',
      cause: error,
    });
  });
  const vouching = await vouchingOf(source, fetching.sha256File);
  if (found.isDirectory()) return verifyFolder(source.path, vouching, fetching);
  const { bytes, sha256 } = await digestFile(source.path, found.size, fetching);
  return { path: source.path, folder: false, bytes, sha256, provenBy: proof(sha256, source, vouching) };
}

async function fetchObject(
  source: { readonly store: Store; readonly key: string },
  { directory, sha256File, signal, onBytes }: Fetching,
): Promise<LocalArchive> {
  const { store, key } = source;
  const vouching = await vouchingOf(source, sha256File);
  const state = await store.head(key);
  const body = await store.get(key, { signal });
  const total = state?.bytes ?? 0;
  await demandFreeSpace(directory, total);
  // Not under its own name: that is for its owner to choose.
  const file = path.join(directory, 'archive');
  const digests = new Digests();
  const sink = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  await pipeline(
    body,
    digesting(digests, (count) => {
      onBytes(count, total);
    }),
    sink,
    { signal },
  );
  const { bytes, sha256 } = digests.storedFile(key);
  return { path: file, folder: false, bytes, sha256, provenBy: proof(sha256, source, vouching) };
}

function digestFile(file: string, total: number, { signal, onBytes }: Fetching) {
  return digested(createReadStream(file), file, {
    signal,
    onBytes: (count) => {
      onBytes(count, total);
    },
  });
}

async function digested(
  bytes: Readable,
  name: string,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
) {
  const digests = new Digests();
  const drain = async (chunks: AsyncIterable<Buffer>) => {
    let count = 0;
    for await (const chunk of chunks) count += chunk.length;
    return count;
  };
  await pipeline(bytes, digesting(digests, onBytes), drain, { signal });
  return digests.storedFile(name);
}

function digesting(digests: Digests, onBytes: (count: number) => void) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      digests.update(chunk);
      onBytes(digests.bytes);
      yield chunk;
    }
  };
}

/** Each file of the folder must be vouched for: one that nobody names could be anything. */
async function verifyFolder(
  folder: string,
  vouching: Vouching | undefined,
  fetching: Fetching,
): Promise<LocalArchive> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const archive = { path: folder, folder: true, bytes, sha256: undefined };
  if (vouching === undefined) return { ...archive, provenBy: undefined };
  let done = 0;
  for (const name of names) {
    const counted = {
      ...fetching,
      onBytes: (count: number) => {
        fetching.onBytes(done + count, bytes);
      },
    };
    const file = await digestFile(path.join(folder, name), bytes, counted);
    done += file.bytes;
    demandSame(file.sha256, path.join(folder, name), vouching);
  }
  return { ...archive, provenBy: vouching.file };
}

function proof(sha256: string, source: ArchiveSource, vouching: Vouching | undefined): string | undefined {
  if (vouching !== undefined) demandSame(sha256, nameOf(source), vouching);
  return vouching?.file;
}

/** @throws Failure `stored-data-faulty` */
function demandSame(sha256: string, name: string, { file, checksums }: Vouching): void {
  const expected = checksumOf(checksums, name, file);
  if (sha256 === expected) return;
  throw new Failure('stored-data-faulty', `${name} has the SHA-256 ${sha256}; ${file} says ${expected}.`, {
    hint: 'The archive is not what it was when its checksum was written: choose another one.',
  });
}

async function vouchingOf(
  source: ArchiveSource,
  sha256File: string | undefined,
): Promise<Vouching | undefined> {
  if (sha256File !== undefined) return vouchingFile(sha256File);
  if ('path' in source) {
    const beside = `${source.path.replace(/(?<=.)\/+$/, '')}${SUFFIX}`;
    const there = await stat(beside).catch(() => undefined);
    return there?.isFile() === true ? vouchingFile(beside) : undefined;
  }
  const { store, key } = source;
  const beside = `${key}${SUFFIX}`;
  const state = await store.head(beside);
  if (state === undefined || state.bytes > LARGEST_CHECKSUM_FILE) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of await store.get(beside)) chunks.push(chunk as Buffer);
  const file = `${store.url}/${beside}`;
  return { file, checksums: parseChecksums(Buffer.concat(chunks).toString('utf8'), file) };
}

async function vouchingFile(file: string): Promise<Vouching> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Failure('usage', `The checksum file cannot be read: ${messageOf(error)}`, { cause: error });
  });
  return { file, checksums: parseChecksums(text, file) };
}
