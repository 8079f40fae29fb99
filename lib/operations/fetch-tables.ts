/** Fetches of a recovery point what chosen tables need: the table of contents, then the files of their rows. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../contract/failure';
import type { StoredFile } from '../contract/manifest';
import { fetchedDump, dumpNameOf, type FetchedDump } from '../postgres/fetched-dump';
import { readArchiveItems } from '../postgres/part/archive-items';
import { nameOf, tablesOf, type TableChoice } from '../postgres/part/choose-tables';
import { selectEntries, type Selection } from '../postgres/part/table-entries';
import { fetchPoint } from './fetch-point';
import { demandFreeSpace } from './free-space';
import { olderVersions, type RestorePlan } from './restore-plan';

export interface FetchedTables {
  readonly dump: FetchedDump;
  readonly selection: Selection;
  /** File of lines of `pg_restore --list`: the selection. */
  readonly list: string;
}

const DATA_FILE = /\/(\d+)\.dat[^/]*$/;

/**
 * Every object that is fetched is verified; no other one is read.
 * @throws Failure `restore-refused`, `stored-data-faulty`, `store-failed`
 */
export function fetchTables(
  plan: RestorePlan,
  choice: TableChoice,
  directory: string,
): Promise<FetchedTables> {
  return plan.timer.run('fetch', () => fetchWanted(plan, choice, directory));
}

async function fetchWanted(
  plan: RestorePlan,
  choice: TableChoice,
  directory: string,
): Promise<FetchedTables> {
  const { manifest, tools, toolchain } = plan;
  const fetch = fetcher(plan, directory);
  const dump = fetchedDump(manifest, directory);
  const rowsApart = manifest.format === 'directory';
  const name = dumpNameOf(manifest);
  await fetch(manifest.files.filter(({ key }) => key.endsWith(rowsApart ? `/${name}toc.dat` : `/${name}`)));
  const list = path.join(directory, 'tables.list');
  const { encoding } = manifest.databaseSettings;
  const items = await readArchiveItems(dump.path, list, { encoding, toolchain, signal: tools.signal });
  const selection = selectEntries(items, choice, tablesOf(manifest.catalog).map(nameOf));
  await writeFile(list, items.flatMap(({ id, line }) => (selection.ids.has(id) ? [line] : [])).join('\n'));
  if (rowsApart) await fetch(filesOfRows(manifest.files, selection.data));
  return { dump, selection, list };
}

/** @throws Failure `stored-data-faulty` where the manifest names no file of an entry */
function filesOfRows(files: readonly StoredFile[], ids: readonly number[]): StoredFile[] {
  const byId = new Map(files.map((file) => [DATA_FILE.exec(file.key)?.[1], file]));
  return ids.map((id) => {
    const file = byId.get(String(id));
    if (file !== undefined) return file;
    throw new Failure('stored-data-faulty', `The manifest names no file of the archive's entry ${id}.`);
  });
}

function fetcher(plan: RestorePlan, directory: string) {
  const { manifest, tools } = plan;
  let bytes = 0;
  let total = 0;
  const onBytes = (count: number) => {
    bytes += count;
    tools.reporter.progress({ phase: 'fetch', done: bytes, total, unit: 'bytes', bytes });
  };
  return async (files: readonly StoredFile[]) => {
    const wanted = files.reduce((sum, file) => sum + file.bytes, 0);
    total += wanted;
    await demandFreeSpace(directory, wanted);
    await fetchPoint(tools.store, { ...manifest, files: [...files] }, directory, {
      signal: tools.signal,
      onBytes,
      older: olderVersions(plan),
    });
  };
}
