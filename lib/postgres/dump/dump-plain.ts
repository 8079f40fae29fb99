/** Plain format: SQL text that everybody can read, without owners and privileges, as one compressed stream. */
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Failure } from '../../contract/failure';
import { POINT_OBJECTS } from '../../contract/object-keys';
import { qualifiedName } from '../tables';
import type { Dumped, DumpRequest } from './dump-request';
import { dumpFailure, startPgDump } from './pg-dump';
import { PlainScan, unquotedName } from './plain-scan';
import { tableProgress } from './table-progress';

export async function dumpPlain(request: DumpRequest): Promise<Dumped> {
  const { options, store, prefix, storageClass, signal, events, estimatedBytes } = request;
  const progress = tableProgress(events);
  // Compressed here, not by pg_dump: the scan needs the text.
  const pgDump = await startPgDump(request, { compression: '0', onMessage: progress.onMessage });
  const scan = new PlainScan(request.encoding);
  const text = scanned(pgDump.stdout, scan);
  const gzipLevel = /^gzip:(\d)$/.exec(options.compression)?.[1];
  const compressed = options.compression !== 'none';
  const body = compressed ? gzipped(text, Number(gzipLevel ?? 6)) : text;
  try {
    const name = compressed ? POINT_OBJECTS.dumpPlainGzip : POINT_OBJECTS.dumpPlain;
    // Text may be larger than the tables it came from.
    const sizing = { estimatedBytes: 2 * estimatedBytes, storageClass, signal, onBytes: progress.onBytes };
    const file = await store.put(`${prefix}${name}`, body, sizing);
    await request.allRead();
    progress.end();
    return { files: [file], holdsRowsOf: (table) => scan.tables.has(unquotedName(qualifiedName(table))) };
  } catch (error) {
    throw dumpFailure(error, signal);
  }
}

/** Ends well only when pg_dump did AND its last line came. */
async function* scanned(stdout: AsyncIterable<Buffer>, scan: PlainScan): AsyncGenerator<Buffer> {
  for await (const chunk of stdout) {
    scan.push(chunk);
    yield chunk;
  }
  if (!scan.complete)
    throw new Failure('dump-failed', 'pg_dump exited with 0 before the last line of its dump.');
}

/** A stream that was destroyed by an error hands that error to its reader: the cut is never mistaken for the end. */
function gzipped(text: AsyncIterable<Buffer>, level: number): AsyncIterable<Buffer> {
  const gzip = createGzip({ level });
  pipeline(text, gzip, () => undefined);
  return gzip;
}
