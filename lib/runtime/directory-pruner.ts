/**
 * Deletes from a directory store. Apart from the store on purpose: whoever has a store can delete nothing, and whoever has
 * this one nothing but what lies below one recovery point or dump.
 */
import { rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../contract/failure';
import { PREFIXES } from '../contract/object-keys';
import { codeOf, entriesOf, onFile, statIfThere, syncUpwards } from './directory-files';
import { DirectoryStore } from './directory-store';
import type { Store } from './store';

/** `points/<class>/postgres/<database>/<id>/`, and nothing above it. */
const POINT = new RegExp(`^${PREFIXES.points}[a-z]+/[a-z]+/[^/]+/[^/]+/$`);

export interface Removed {
  readonly objects: number;
  readonly bytes: number;
}

export class DirectoryPruner {
  private readonly store: DirectoryStore;
  private readonly root: string;

  /** @throws Failure `usage` for what is no directory */
  constructor({ url }: Store) {
    if (!url.startsWith('file:'))
      throw new Failure('usage', `${url} is no directory: prune deletes from directories only.`, {
        hint: 'In a bucket lifecycle does it, and no program may: see docs/security.md.',
      });
    this.root = url.slice('file:'.length);
    this.store = new DirectoryStore(this.root);
  }

  /**
   * Every object below a prefix, and the folders that are empty then. What is no file of the store stays.
   * @throws Failure `store-failed`; the signal's reason, between two objects
   */
  async remove(prefix: string, signal: AbortSignal): Promise<Removed> {
    if (!POINT.test(prefix)) throw new TypeError(`${prefix} is not the prefix of one recovery point`);
    let removed: Removed = { objects: 0, bytes: 0 };
    for await (const { key, bytes } of this.store.list(prefix)) {
      signal.throwIfAborted();
      const file = path.join(this.root, key);
      await onFile(file, () => unlink(file));
      removed = { objects: removed.objects + 1, bytes: removed.bytes + bytes };
    }
    const folder = path.join(this.root, prefix);
    if ((await statIfThere(folder)) === undefined) return removed;
    await onFile(folder, async () => {
      await removeEmpty(folder);
      await syncUpwards(path.dirname(folder), path.dirname(folder));
    });
    return removed;
  }
}

async function removeEmpty(folder: string): Promise<void> {
  for (const entry of await entriesOf(folder))
    if (entry.isDirectory()) await removeEmpty(path.join(folder, entry.name));
  await rmdir(folder).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'ENOENT') throw error;
  });
}
