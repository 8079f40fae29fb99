/**
 * A store in a directory. An object is written to a file of its own below `.uploading/`, synced, and then linked to
 * its name: link() never replaces, so of two writers of one key exactly one wins. It locks nothing, keeps no
 * checksum beside the file, and follows no symbolic link below its root.
 */
import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, open, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Failure } from '../contract/failure';
import type { StoredFile } from '../contract/manifest';
import { checkedStream } from './checked-stream';
import { Digests, digested } from './digests';
import * as files from './directory-files';
import { onFile } from './directory-files';
import { checkKey, checkPrefix, compareKeys } from './store-key';
import { missingObject, StoreKeyExists } from './store';
import type { Body, ListedObject, ListOptions, ObjectState, PutOptions, ReadOptions, Store } from './store';

/** Where files lie while they are written; never listed. */
const STAGING = '.uploading/';
/** No upload leaves its file untouched for so long: an older one was left behind by a killed process. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

export class DirectoryStore implements Store {
  readonly url: string;
  private readonly root: string;

  /** @param directory made when the first object is put */
  constructor(directory: string) {
    this.root = path.resolve(directory);
    this.url = `file:${this.root}`;
  }

  locks(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async put(key: string, body: Body, options: PutOptions = {}): Promise<StoredFile> {
    const target = this.pathOf(key);
    const staging = path.join(this.root, STAGING);
    await onFile(staging, async () => {
      await files.makeDirectory(staging);
      await files.removeUntouched(staging, ABANDONED_AFTER_MS);
    });
    const temporary = path.join(staging, randomUUID());
    try {
      const digests = await write(temporary, body, options);
      await onFile(target, () => this.publish(temporary, target, key));
      return digests.storedFile(key);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private async publish(temporary: string, target: string, key: string): Promise<void> {
    const directory = path.dirname(target);
    await files.makeDirectory(directory);
    await this.refuseLinks(directory);
    await link(temporary, target).catch((error: unknown) => {
      throw files.codeOf(error) === 'EEXIST' ? new StoreKeyExists(key, this.url) : error;
    });
    await files.syncUpwards(directory, this.root);
  }

  async get(key: string, { signal }: ReadOptions = {}): Promise<Readable> {
    const file = this.pathOf(key);
    return onFile(file, async () => {
      const stats = await this.statOf(file);
      if (stats === undefined) throw missingObject(key, this.url);
      const source = (await open(file)).createReadStream({ highWaterMark: 1024 * 1024, signal });
      return checkedStream(source, stats.size, (error) => files.fileFailure(file, error), signal);
    });
  }

  async head(key: string): Promise<ObjectState | undefined> {
    const file = this.pathOf(key);
    const stats = await onFile(file, () => this.statOf(file));
    return stats && { ...listed(key, stats), crc32: undefined, lockedUntil: undefined, legalHold: false };
  }

  async *list(prefix: string, { after }: ListOptions = {}): AsyncGenerator<ListedObject> {
    checkPrefix(prefix);
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    await onFile(path.join(this.root, folder), () => this.refuseLinks(path.join(this.root, folder)));
    yield* this.walk(folder, (name) => name.startsWith(prefix) && mayComeAfter(name, after));
  }

  /** @param folder empty for the root, else ends in a slash */
  private async *walk(folder: string, isWanted: (name: string) => boolean): AsyncGenerator<ListedObject> {
    const directory = path.join(this.root, folder);
    const entries = await onFile(directory, () => files.entriesOf(directory));
    const names = entries
      .filter((entry) => entry.isFile() || entry.isDirectory())
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .filter((name) => isWanted(name) && name !== STAGING)
      .sort(compareKeys);
    for (const name of names) {
      if (name.endsWith('/')) yield* this.walk(name, isWanted);
      else yield* this.listedFile(name);
    }
  }

  private async *listedFile(key: string): AsyncGenerator<ListedObject> {
    const file = path.join(this.root, key);
    const stats = await onFile(file, () => files.statIfThere(file));
    if (stats !== undefined) yield listed(key, stats);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private pathOf(key: string): string {
    checkKey(key);
    if (key.startsWith(STAGING))
      throw new Failure('store-failed', `${key} is no key of a directory store: ${STAGING} is its own.`);
    return path.join(this.root, key);
  }

  private async statOf(file: string): Promise<Stats | undefined> {
    const stats = await files.statIfThere(file);
    if (stats === undefined || stats.isDirectory()) return undefined;
    await this.refuseLinks(file);
    return stats;
  }

  /** A link could lead out of the store. */
  private async refuseLinks(file: string): Promise<void> {
    if ((await files.statIfThere(file)) === undefined) return;
    const expected = path.join(await realpath(this.root), path.relative(this.root, file));
    if ((await realpath(file)) !== expected)
      throw new Failure(
        'store-failed',
        `${file} is a symbolic link or lies behind one; a store follows none.`,
        {
          hint: 'Put the files themselves where the link is.',
        },
      );
  }
}

/** @param name of a file, or of a folder (ending in a slash) in which a key may come after */
function mayComeAfter(name: string, after: string | undefined): boolean {
  if (after === undefined || (name.endsWith('/') && after.startsWith(name))) return true;
  return compareKeys(name, after) > 0;
}

async function write(temporary: string, body: Body, options: PutOptions): Promise<Digests> {
  const digests = new Digests();
  const handle = await onFile(temporary, () => open(temporary, 'wx', 0o600));
  try {
    for await (const chunk of digested(body, digests, options)) {
      await onFile(temporary, () => files.writeAll(handle, chunk));
    }
    await onFile(temporary, () => handle.sync());
  } finally {
    await handle.close();
  }
  return digests;
}

function listed(key: string, stats: Stats): ListedObject {
  // The time of the last change cannot be set back as that of the last writing can.
  const version = [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join('-');
  return { key, bytes: stats.size, hidden: false, modifiedAt: stats.mtime, version };
}
