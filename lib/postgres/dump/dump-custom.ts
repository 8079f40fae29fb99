/** Custom format: one stream from pg_dump into the store; local disk holds nothing of it. */
import { PassThrough } from 'node:stream';
import { POINT_OBJECTS } from '../../contract/object-keys';
import { readArchiveList, tableDataEntries, type ArchiveEntry } from './archive-list';
import type { Dumped, DumpRequest } from './dump-request';
import { compressionArgument, dumpFailure, startPgDump } from './pg-dump';
import { tableProgress } from './table-progress';

export async function dumpCustom(request: DumpRequest): Promise<Dumped> {
  const { toolchain, options, store, signal, events } = request;
  const progress = tableProgress(events);
  const pgDump = await startPgDump(request, {
    compression: compressionArgument(options.compression, toolchain.major),
    onMessage: progress.onMessage,
  });
  const head = new ArchiveHead();
  const listing = readArchiveList(toolchain, { head: head.stream }, signal).finally(() => {
    head.release();
  });
  listing.catch(() => undefined);
  try {
    const file = await store.put(
      `${request.prefix}${POINT_OBJECTS.dumpCustom}`,
      tapped(pgDump.stdout, head, listing),
      {
        estimatedBytes: request.estimatedBytes,
        storageClass: request.storageClass,
        signal,
        onBytes: progress.onBytes,
      },
    );
    await request.allRead();
    progress.end();
    const oids = new Set(tableDataEntries(await listing).map((entry) => entry.oid));
    return { files: [file], holdsRowsOf: (table) => oids.has(table.oid) };
  } catch (error) {
    throw dumpFailure(error, signal);
  }
}

/** The stream itself; its head also goes to pg_restore. Ends well only when pg_dump did AND the head is an archive's. */
async function* tapped(
  stdout: AsyncIterable<Buffer>,
  head: ArchiveHead,
  listing: Promise<readonly ArchiveEntry[]>,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stdout) {
      await head.push(chunk);
      yield chunk;
    }
  } finally {
    head.release();
  }
  await listing;
}

/**
 * The table of contents stands at the head of an archive: bytes are handed on until its reader has seen enough.
 * https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/pg_backup_archiver.c (WriteToc)
 */
class ArchiveHead {
  readonly stream = new PassThrough();
  /** Its reader leaves early by design, with an error or without. */
  private readonly left = new Promise<void>((resolve) => {
    this.stream.on('error', () => undefined).once('close', resolve);
  });

  /** Resolves when the reader has taken it, or has left. */
  async push(chunk: Buffer): Promise<void> {
    if (this.stream.writableEnded || this.stream.destroyed) return;
    const taken = new Promise<void>((resolve) => {
      this.stream.write(chunk, () => {
        resolve();
      });
    });
    await Promise.race([taken, this.left]);
  }

  release(): void {
    // Not resumed: what a slow reader has not read yet must wait for it.
    this.stream.end();
  }
}
