/** The defaults of a dump that depend on the server. Pure. */
import type { ArchiveFormat } from '../../contract/manifest';
import { Failure } from '../../contract/failure';
import type { ServerFacts } from '../server';
import type { DumpOptions } from './dump-request';

/** Each large object is a file of its own in directory format: many small objects make slow uploads. */
const MAX_LARGE_OBJECTS_AS_FILES = 10_000;

export type WantedDump = Omit<DumpOptions, 'format' | 'compression'> & {
  readonly format?: ArchiveFormat;
  readonly compression?: string;
};

const COMPRESSION = /^(none|lz4(:[0-9]{1,2})?|gzip(:[1-9])?|zstd(:-?[0-9]{1,2})?)$/;
export const COMPRESSION_RULE = 'zstd:1 to zstd:22, gzip:1 to gzip:9, lz4 or none';

/** @throws Failure `usage` for what does not go together */
export function dumpOptionsFor(wanted: WantedDump, facts: ServerFacts): DumpOptions {
  const format =
    wanted.format ?? (facts.largeObjectCount > MAX_LARGE_OBJECTS_AS_FILES ? 'custom' : 'directory');
  const compression = wanted.compression ?? (format !== 'plain' && facts.major >= 16 ? 'zstd:1' : 'gzip:1');
  if (!COMPRESSION.test(compression)) {
    throw new Failure('usage', `The compression is ${compression}; allowed are ${COMPRESSION_RULE}.`);
  }
  if (format === 'plain' && !/^(gzip|none)/.test(compression)) {
    throw new Failure('usage', `A plain dump is compressed with gzip or none, not with ${compression}.`, {
      hint: 'Everybody can unpack .sql.gz; choose the format custom or directory for zstd.',
    });
  }
  const { jobs, excludeTableData, tables, lockTimeoutSeconds, stallTimeoutSeconds } = wanted;
  return { format, compression, jobs, excludeTableData, tables, lockTimeoutSeconds, stallTimeoutSeconds };
}
