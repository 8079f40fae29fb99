/** A dump that lies on local disk, verified, and how it is read. */
import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Failure, messageOf } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import { POINT_OBJECTS } from '../contract/object-keys';
import { runProgram } from '../runtime/child-process';
import type { Toolchain } from './toolchain';

export type FetchedDump =
  | { readonly format: 'directory' | 'custom' | 'tar'; readonly path: string }
  | { readonly format: 'plain'; readonly path: string; readonly gzip: boolean };

const COMPLETE = '-- PostgreSQL database dump complete';
const TAIL_BYTES = 1024;

/** The dump's name below its point's prefix. */
export function dumpNameOf({ format, files }: Pick<Manifest, 'format' | 'files'>): string {
  if (format === 'directory') return POINT_OBJECTS.dumpDirectory;
  if (format === 'custom') return POINT_OBJECTS.dumpCustom;
  const gzip = files.some(({ key }) => key.endsWith(`/${POINT_OBJECTS.dumpPlainGzip}`));
  return gzip ? POINT_OBJECTS.dumpPlainGzip : POINT_OBJECTS.dumpPlain;
}

/** @param directory where the point's objects lie under their names below its prefix */
export function fetchedDump(manifest: Pick<Manifest, 'format' | 'files'>, directory: string): FetchedDump {
  const name = dumpNameOf(manifest);
  const place = path.join(directory, name);
  if (manifest.format !== 'plain') return { format: manifest.format, path: place };
  return { format: 'plain', path: place, gzip: name === POINT_OBJECTS.dumpPlainGzip };
}

/** The SQL of a plain dump. */
export function plainText(dump: FetchedDump & { readonly format: 'plain' }): Readable {
  const file = createReadStream(dump.path);
  if (!dump.gzip) return file;
  const gunzip = createGunzip();
  file.once('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

/**
 * Reads a dump to its end without a server.
 * @throws Failure `stored-data-faulty`: its bytes are those that were stored, so it was broken when it was made
 */
export async function readToEnd(
  dump: FetchedDump,
  toolchain: Toolchain | undefined,
  signal?: AbortSignal,
): Promise<void> {
  try {
    if (dump.format === 'plain') await readPlainToEnd(plainText(dump));
    else if (toolchain !== undefined) {
      await runProgram({
        command: toolchain.path('pg_restore'),
        args: ['--file=/dev/null', dump.path],
        env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' },
        ...(signal === undefined ? {} : { signal }),
      });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new Failure('stored-data-faulty', `The dump cannot be read to its end: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function readPlainToEnd(sql: Readable): Promise<void> {
  let tail = Buffer.alloc(0);
  for await (const chunk of sql) tail = Buffer.concat([tail, chunk as Buffer]).subarray(-TAIL_BYTES);
  if (!tail.toString('utf8').includes(COMPLETE)) throw new Error(`it does not end with "${COMPLETE}"`);
}
