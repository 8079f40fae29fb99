/** What a directory store asks of the file system: durable names, and errors that an operator can act on. */
import type { Dirent, Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rm, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Failure, messageOf } from '../contract/failure';

/** Codes of a file system that has no room left for us: disk, quota, largest file. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];
/** Codes of a file system that cannot link. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

export function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Runs one step on a file; its error becomes a Failure `store-failed` that names the file. */
export async function onFile<T>(file: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw await fileFailure(file, error);
  }
}

export async function fileFailure(file: string, error: unknown): Promise<Failure> {
  const code = codeOf(error) ?? '';
  if (NO_ROOM.includes(code))
    return new Failure(
      'store-failed',
      `No room for ${file}: ${await freeBytes(file)} bytes are free (${code}).`,
      {
        hint: 'Free space or choose another disk, then run again: nothing of this object was kept.',
        cause: error,
      },
    );
  const cannotLink = NO_LINKS.includes(code) && messageOf(error).includes(' link ');
  return new Failure('store-failed', `${file}: ${messageOf(error)}`, {
    cause: error,
    hint: cannotLink
      ? 'A directory store needs a file system with hard links; FAT and some network shares have none.'
      : 'Check that the directory belongs to the user who runs this and that its disk is mounted and writable.',
  });
}

/** Of the nearest directory above the file that exists. */
async function freeBytes(file: string): Promise<number | 'unknown'> {
  const parent = path.dirname(file);
  const space = await statfs(parent).catch(() => undefined);
  if (space !== undefined) return space.bavail * space.bsize;
  return parent === file ? 'unknown' : freeBytes(parent);
}

/** Makes a directory and those above it, for its owner alone, and syncs their names. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first !== undefined) await syncUpwards(directory, path.dirname(first));
}

/** A name lasts only once its directory is on disk, and that directory's name once its parent is. */
export async function syncUpwards(directory: string, last: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
  if (directory.length > last.length) await syncUpwards(path.dirname(directory), last);
}

/** Writes to the last byte: a single write may take fewer. */
export async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.byteLength;) {
    from += (await handle.write(chunk, from)).bytesWritten;
  }
}

/** Deletes files of a directory that nobody wrote to for some time. */
export async function removeUntouched(directory: string, forMs: number): Promise<void> {
  const now = Date.now();
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const stats = await statIfThere(file);
    if (stats !== undefined && now - stats.mtimeMs > forMs) await rm(file, { force: true });
  }
}

/** Of the file itself, were it a symbolic link; undefined where there is none. */
export async function statIfThere(file: string): Promise<Stats | undefined> {
  return lstat(file).catch(absent);
}

/** In no particular order; none where there is no such directory. */
export async function entriesOf(directory: string): Promise<Dirent[]> {
  return (await readdir(directory, { withFileTypes: true }).catch(absent)) ?? [];
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
}
