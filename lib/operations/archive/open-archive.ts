/** From an archive's bytes to a dump that PostgreSQL's programs read: unpacked where it must be. */
import { access, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../contract/failure';
import { archiveKindOf } from '../../postgres/archive-kind';
import type { FetchedDump } from '../../postgres/fetched-dump';
import type { LocalArchive } from './fetch-archive';
import { gunzipInto, readTarToEnd, untarInto } from './unpack';

export interface OpenArchive {
  readonly dump: FetchedDump;
  /** For people. */
  readonly format: string;
}

const CONTENTS = 'toc.dat';

/**
 * @param scratch private to us
 * @throws Failure `restore-refused` for what is no dump, `stored-data-faulty` for what cannot be unpacked
 */
export async function openArchive(
  archive: LocalArchive,
  scratch: string,
  signal: AbortSignal,
): Promise<OpenArchive> {
  if (archive.folder) return { dump: await directoryDump(archive.path), format: 'directory' };
  const { content, gzip } = await archiveKindOf(archive.path);
  const packed = gzip ? ', gzip' : '';
  if (content === 'plain')
    return { dump: { format: 'plain', path: archive.path, gzip }, format: `plain${packed}` };
  if (content === 'folder') {
    const unpacked = path.join(scratch, 'unpacked');
    await mkdir(unpacked, { mode: 0o700 });
    await untarInto({ file: archive.path, gzip }, unpacked, signal);
    return { dump: await directoryDump(unpacked), format: `directory in a tar${packed}` };
  }
  const file = gzip ? path.join(scratch, 'unpacked') : archive.path;
  if (gzip) await gunzipInto(archive.path, file, signal);
  if (content === 'tar') await readTarToEnd(file, signal);
  return { dump: { format: content, path: file }, format: `${content}${packed}` };
}

async function directoryDump(folder: string): Promise<FetchedDump> {
  const found = await foldersWithContents(folder);
  const [place] = found;
  if (place !== undefined && found.length === 1) return { format: 'directory', path: place };
  const shown = found.map((each) => path.relative(folder, each) || '.').join(', ');
  throw new Failure(
    'restore-refused',
    found.length === 0
      ? `The archive holds no dump in directory format: no ${CONTENTS} is in it.`
      : `The archive holds ${found.length} dumps: ${JSON.stringify(shown.slice(0, 200))}.`,
    { hint: 'Unpack it by hand, and give the folder of one dump.' },
  );
}

/** At any depth; a link is not followed. */
async function foldersWithContents(folder: string): Promise<string[]> {
  const own = await access(path.join(folder, CONTENTS)).then(
    () => [folder],
    () => [],
  );
  if (own.length > 0) return own;
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory());
  const found: string[] = [];
  for (const { name } of below) found.push(...(await foldersWithContents(path.join(folder, name))));
  return found;
}
