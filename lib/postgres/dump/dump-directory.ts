/**
 * Directory format: one file per table, written by parallel jobs. Each file is stored while the others are still
 * being dumped, and deleted once the store has confirmed it: local disk holds only what waits for its upload.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { Failure } from '../../contract/failure';
import type { StoredFile } from '../../contract/manifest';
import { POINT_OBJECTS } from '../../contract/object-keys';
import { fileChunks } from '../../runtime/file-chunks';
import { readArchiveList, tableDataEntries, type ArchiveEntry } from './archive-list';
import type { Dumped, DumpRequest } from './dump-request';
import { compressionArgument, dumpFailure, startPgDump } from './pg-dump';

/** Files at once: one large table must not keep the small ones waiting. */
const UPLOADS = 3;

/**
 * S3 bills a smaller object in cheaper storage as one of this size, and lifecycle rules leave it in S3 Standard:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
const SMALLEST_IN_CHEAPER_STORAGE_BYTES = 128 * 1024;

export async function dumpDirectory(outer: DumpRequest): Promise<Dumped> {
  const stop = new AbortController();
  const request = { ...outer, signal: AbortSignal.any([outer.signal, stop.signal]) };
  const directory = path.join(request.scratchDirectory, 'dump');
  const uploads = new FileUploads(request, directory, stop);
  try {
    await runPgDump(request, directory, uploads);
    await request.allRead();
    const entries = await readArchiveList(request.toolchain, { path: directory }, request.signal);
    // Large objects and the table of contents are complete only now.
    for (const name of await readdir(directory)) uploads.add(name);
    const files = await uploads.finish();
    const tables = tableDataEntries(entries);
    demandFileOfEach(tables, files);
    const oids = new Set(tables.map((entry) => entry.oid));
    return { files, holdsRowsOf: (table) => oids.has(table.oid) };
  } catch (error) {
    const failure = dumpFailure(error, request.signal);
    stop.abort(failure);
    await uploads.settled();
    throw failure;
  }
}

async function runPgDump(request: DumpRequest, directory: string, uploads: FileUploads): Promise<void> {
  const pgDump = await startPgDump(request, {
    directory,
    compression: compressionArgument(request.options.compression, request.toolchain.major),
    measure: async () => {
      const bytes = await uploads.writtenBytes();
      request.events.written(bytes);
      return bytes;
    },
    onMessage: (message) => {
      const item = /^finished item (\d+) TABLE DATA /.exec(message)?.[1];
      if (item === undefined) return;
      request.events.tableDone();
      if (request.namesArePlain) uploads.addItem(item);
    },
  });
  for await (const unexpected of pgDump.stdout) request.events.warning(unexpected.toString('utf8').trim());
}

/** A table of contents that names a file which nobody stored would be a hole in the backup. */
function demandFileOfEach(tables: readonly ArchiveEntry[], files: readonly StoredFile[]): void {
  const stored = new Set(files.map((file) => /\/(\d+)\.dat[^/]*$/.exec(file.key)?.[1]));
  const missing = tables.filter((entry) => !stored.has(String(entry.dumpId)));
  if (missing.length === 0) return;
  throw new Failure(
    'dump-failed',
    `The archive names rows whose files were not stored: ${missing.map((entry) => entry.description).join('; ')}.`,
  );
}

/** The first upload that fails stops the dump at once, not hours later. */
class FileUploads {
  private readonly limit = pLimit(UPLOADS);
  private readonly running: Promise<void>[] = [];
  private readonly taken = new Set<string>();
  private readonly stored: StoredFile[] = [];
  private uploadedBytes = 0;

  constructor(
    private readonly request: DumpRequest,
    private readonly directory: string,
    private readonly stop: AbortController,
  ) {}

  /** The file of a finished item: `<item>.dat` with the ending of its compression. */
  addItem(item: string): void {
    this.run(async () => {
      const names = await readdir(this.directory);
      for (const name of names.filter((candidate) => candidate.split('.')[0] === item)) this.add(name);
    });
  }

  add(name: string): void {
    if (this.taken.has(name)) return;
    this.taken.add(name);
    this.run(() => this.limit(() => this.upload(name)));
  }

  /** Bytes written so far, whether still here or stored: grows while pg_dump works. */
  async writtenBytes(): Promise<number> {
    const names = await readdir(this.directory);
    const sizes = await Promise.all(names.map((name) => sizeOf(path.join(this.directory, name))));
    return this.uploadedBytes + sizes.reduce((sum, size) => sum + size, 0);
  }

  /** @throws what failed first */
  async finish(): Promise<StoredFile[]> {
    await this.settled();
    this.request.signal.throwIfAborted();
    return this.stored.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Resolves when no upload runs any more, however they ended. */
  async settled(): Promise<void> {
    // Taking up an item's file may add an upload while we wait.
    for (let seen = -1; seen !== this.running.length;) {
      seen = this.running.length;
      await Promise.all(this.running);
    }
  }

  private run(task: () => Promise<void>): void {
    this.running.push(
      task().catch((error: unknown) => {
        this.stop.abort(error);
      }),
    );
  }

  private async upload(name: string): Promise<void> {
    this.request.signal.throwIfAborted();
    const file = path.join(this.directory, name);
    const { size } = await stat(file);
    const { store, prefix, storageClass, signal } = this.request;
    const stored = await store.put(`${prefix}${POINT_OBJECTS.dumpDirectory}${name}`, fileChunks(file), {
      estimatedBytes: size,
      storageClass: size < SMALLEST_IN_CHEAPER_STORAGE_BYTES ? undefined : storageClass,
      signal,
    });
    if (stored.bytes !== size) throw new Failure('dump-failed', `${name} grew while it was being stored.`);
    this.uploadedBytes += size;
    this.stored.push(stored);
    this.request.events.stored(size);
    await rm(file);
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    // Stored and deleted a moment ago: counted there.
    return 0;
  }
}
