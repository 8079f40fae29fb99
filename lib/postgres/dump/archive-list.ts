/** The table of contents of an archive, as `pg_restore --list` prints it. */
import { Failure, messageOf } from '../../contract/failure';
import { runProgram } from '../../runtime/child-process';
import type { Toolchain } from '../toolchain';

export interface ArchiveEntry {
  /** Names the entry's file in directory format: `<dumpId>.dat…`. */
  readonly dumpId: number;
  /** Of the object at the source; for TABLE DATA the table's. */
  readonly oid: number;
  /** For example `TABLE DATA`. Names follow, but blanks in them make the rest of the line ambiguous. */
  readonly description: string;
}

/** One entry a line: `3456; 0 16385 TABLE DATA public invoice owner`. Comment lines start with a semicolon. */
export function parseArchiveList(text: string): ArchiveEntry[] {
  return [...text.matchAll(/^(\d+); (\d+) (\d+) (.*)$/gm)].map(([, dumpId, , oid, description]) => ({
    dumpId: Number(dumpId),
    oid: Number(oid),
    description: description ?? '',
  }));
}

export function tableDataEntries(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  return entries.filter((entry) => entry.description.startsWith('TABLE DATA '));
}

/**
 * Reads an archive's table of contents: from a file or folder, or from the head of a stream.
 * @throws Failure `dump-failed` where it is no archive
 */
export async function readArchiveList(
  toolchain: Toolchain,
  archive: { readonly path: string } | { readonly head: AsyncIterable<Uint8Array> },
  signal?: AbortSignal,
): Promise<ArchiveEntry[]> {
  try {
    const text = await runProgram({
      command: toolchain.path('pg_restore'),
      args: ['path' in archive ? ['--list', archive.path] : ['--list']].flat(),
      env: { LC_ALL: 'C' },
      ...('head' in archive ? { stdin: archive.head } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
    return parseArchiveList(text);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Failure(
      'dump-failed',
      `pg_dump wrote no archive that pg_restore can list: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
