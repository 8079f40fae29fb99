/** Documents in a directory. Each is written to a file of its own and then renamed, which replaces as one step. */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import * as files from './directory-files';
import { onFile } from './directory-files';
import { checkDocumentBytes, checkDocumentKey, type Documents } from './documents';

export class DirectoryDocuments implements Documents {
  readonly url: string;
  private readonly root: string;

  /** @param directory made when the first document is written */
  constructor(
    directory: string,
    private readonly mostBytes?: number,
  ) {
    this.root = path.resolve(directory);
    this.url = `file:${this.root}`;
  }

  async read(key: string): Promise<Buffer | undefined> {
    const file = this.pathOf(key);
    return onFile(file, async () => {
      const stats = await files.statIfThere(file);
      if (stats === undefined || stats.isDirectory()) return undefined;
      checkDocumentBytes(stats.size, file, this.mostBytes);
      return readFile(file);
    });
  }

  async write(key: string, body: Uint8Array): Promise<void> {
    const file = this.pathOf(key);
    const directory = path.dirname(file);
    const temporary = path.join(directory, `.${randomUUID()}`);
    await onFile(file, async () => {
      await files.makeDirectory(directory);
      try {
        await writeSynced(temporary, body);
        await rename(temporary, file);
      } finally {
        await rm(temporary, { force: true });
      }
      await files.syncUpwards(directory, this.root);
    });
  }

  private pathOf(key: string): string {
    checkDocumentKey(key);
    return path.join(this.root, key);
  }
}

async function writeSynced(file: string, body: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await files.writeAll(handle, body);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
