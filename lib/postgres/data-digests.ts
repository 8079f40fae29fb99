/** The data of a dump and of a database as PostgreSQL's programs write it: what proves a restore's content. */
import { startProgram } from '../runtime/child-process';
import { digestCopyBlocks, type DumpDigest } from './compare/copy-digest';
import { libpqEnvironment, type ConnectionTarget } from './connection';
import { plainText, type FetchedDump } from './fetched-dump';
import type { Toolchain } from './toolchain';

/** @param list file of lines of `pg_restore --list`: what is read. @default - all. @throws ProgramFailed */
export async function digestDump(
  dump: FetchedDump,
  toolchain: Toolchain,
  signal: AbortSignal,
  list?: string,
): Promise<DumpDigest> {
  if (dump.format === 'plain') return digestCopyBlocks(plainText(dump));
  const { stdout } = startProgram({
    command: toolchain.path('pg_restore'),
    args: ['--data-only', '--file=-', ...(list === undefined ? [] : [`--use-list=${list}`]), dump.path],
    env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' },
    signal,
  });
  return digestCopyBlocks(stdout);
}

/**
 * @param like columns are digested in its order
 * @param viaRoots rows of partitions are told under their root, as some archives have them
 * @throws ProgramFailed
 */
export async function digestDatabase(
  target: ConnectionTarget,
  toolchain: Toolchain,
  like: DumpDigest,
  signal: AbortSignal,
  viaRoots = false,
): Promise<DumpDigest> {
  const { stdout } = startProgram({
    command: toolchain.path('pg_dump'),
    args: [
      ...['--data-only', '--no-password', '--format=plain', `--encoding=${like.encoding}`],
      ...(viaRoots ? ['--load-via-partition-root'] : []),
    ],
    env: await libpqEnvironment(target),
    signal,
  });
  return digestCopyBlocks(stdout, like);
}
