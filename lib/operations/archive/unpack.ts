/** Unpacks what scripts packed, into a private folder. Nothing is ever written outside of it, nor more than the disk holds. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Entry, type Extract } from 'tar-stream';
import { Failure, messageOf } from '../../contract/failure';
import { freeBytesIn } from '../free-space';
import { placeInside } from './member-names';

/** What an entry without a byte takes of a disk, too. */
const ENTRY_BYTES = 4096;
/** Long names come as headers of their own, which are held in memory. */
const LONGEST_HEADER = 8 * 1024 * 1024;

/** @throws Failure `stored-data-faulty` where it cannot be read to its end, `restore-refused` where the disk is too small */
export async function gunzipInto(file: string, target: string, signal: AbortSignal): Promise<void> {
  const room = new Room(await freeBytesIn(path.dirname(target)));
  const chunks = async function* (unpacked: AsyncIterable<Buffer>) {
    for await (const chunk of unpacked) {
      room.take(chunk.length);
      yield chunk;
    }
  };
  const sink = createWriteStream(target, { flags: 'wx', mode: 0o600 });
  await reading(signal, () => pipeline(createReadStream(file), createGunzip(), chunks, sink, { signal }));
}

/**
 * Every file of a tar; folders come with their files.
 * @throws Failure `restore-refused` for links, devices and names that lead elsewhere, before their entry is written
 */
export async function untarInto(
  { file, gzip }: { readonly file: string; readonly gzip: boolean },
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const room = new Room(await freeBytesIn(directory));
  const tar = extract();
  const progress = { bytes: 0 };
  const bounded = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      progress.bytes += chunk.length;
      if (progress.bytes > LONGEST_HEADER) throw refused('It has a header that does not end.');
      yield chunk;
    }
  };
  const source = createReadStream(file);
  const read = gzip
    ? pipeline(source, createGunzip(), bounded, tar, { signal })
    : pipeline(source, bounded, tar, { signal });
  await reading(signal, async () => {
    const [, written] = await Promise.allSettled([
      read,
      writeEntries(tar, directory, { room, progress, signal }),
    ]);
    if (written.status === 'rejected' && isOurs(written.reason)) throw written.reason;
    await read;
    if (written.status === 'rejected') throw written.reason;
  });
}

/**
 * Reads a tar that pg_dump made to its end: pg_restore does not, and of one that was cut short it reads for ever.
 * @throws Failure `stored-data-faulty`
 */
export async function readTarToEnd(file: string, signal: AbortSignal): Promise<void> {
  const tar = extract();
  const drain = async () => {
    for await (const entry of tar) entry.resume();
  };
  await reading(signal, async () => {
    const read = pipeline(createReadStream(file), tar, { signal });
    const [ended] = await Promise.allSettled([read, drain()]);
    if (ended.status === 'rejected') throw ended.reason;
  });
}

interface Writing {
  readonly room: Room;
  /** Bytes since something of an entry came. */
  readonly progress: { bytes: number };
  readonly signal: AbortSignal;
}

async function writeEntries(tar: Extract, directory: string, writing: Writing): Promise<void> {
  for await (const entry of tar) await writeEntry(entry, directory, writing);
}

async function writeEntry(
  entry: Entry,
  directory: string,
  { room, progress, signal }: Writing,
): Promise<void> {
  const { name, type, size = 0 } = entry.header;
  progress.bytes = 0;
  const place = placeInside(directory, { name, type: type ?? 'file', size });
  room.take(size + ENTRY_BYTES);
  if (place === undefined) {
    entry.resume();
    return;
  }
  await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      progress.bytes = 0;
      yield chunk;
    }
  };
  await pipeline(entry, counted, createWriteStream(place, { flags: 'wx', mode: 0o600 }), { signal });
}

class Room {
  constructor(private left: number) {}

  /** @throws Failure `restore-refused` */
  take(bytes: number): void {
    this.left -= bytes;
    if (this.left > 0) return;
    throw new Failure('restore-refused', 'The archive is larger than the free disk, once it is unpacked.', {
      hint: 'Name a folder on a larger disk by --scratch.',
    });
  }
}

async function reading(signal: AbortSignal, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    if (exists(error)) throw refused('It has two files of one name.');
    throw new Failure('stored-data-faulty', `The archive cannot be unpacked: ${messageOf(error)}`, {
      cause: error,
      hint: 'It is damaged or cut short: choose another archive.',
    });
  }
}

const exists = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EEXIST';

/** Not what followed from the end of the stream. */
function isOurs(error: unknown): boolean {
  return error instanceof Failure || exists(error);
}

function refused(message: string): Failure {
  return new Failure('restore-refused', `The archive is no tar of a dump. ${message}`, {
    hint: 'Unpack it by hand, look at it, and give the folder.',
  });
}
