/** Archives as scripts make them, with the real pg_dump and tar; and the operation that restores them. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type {
  RestoreArchiveRequest,
  RestoreArchiveTools,
} from '../../lib/operations/archive/archive-request';
import { restoreArchive } from '../../lib/operations/restore-archive';
import { connectionTarget } from '../../lib/postgres/connection';
import { systemClock } from '../../lib/runtime/clock';
import { silentReporter } from '../../lib/runtime/reporter';
import { query, serverBinDirectory } from './postgres-cluster';
import { sharedMajors, sharedServers } from './shared-servers';

const run = promisify(execFile);

export const oldMajor = () => sharedMajors()[0] ?? 15;

export function archiveFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'old-'));
}

export function program(name: string, major = oldMajor()): string {
  return path.join(serverBinDirectory(major) ?? '', name);
}

/** Writes a dump of a database into a new folder. @param name of the file or folder @returns its path */
export async function pgDump(
  url: string,
  name: string,
  args: readonly string[],
  major = oldMajor(),
): Promise<string> {
  const file = path.join(archiveFolder(), name);
  await run(program('pg_dump', major), [...args, `--file=${file}`, url]);
  return file;
}

/** Packs a file as `gzip` does. */
export function gzipped(file: string): string {
  execFileSync('gzip', [file]);
  return `${file}.gz`;
}

/** As Render names and packs its exports. */
export function renderExport(folder: string): string {
  const home = path.dirname(folder);
  const file = path.join(home, 'export.dir.tar.gz');
  execFileSync('tar', [
    '-C',
    home,
    '-czf',
    file,
    '--transform',
    's,^,2024-05-01T00:00Z/,',
    path.basename(folder),
  ]);
  return file;
}

/** A dump that somebody wrote, with pg_dump's first and last line. @param encoding how the text becomes bytes */
export function sqlFile(text: string, name = 'written.sql', encoding: BufferEncoding = 'utf8'): string {
  const file = path.join(archiveFolder(), name);
  const head = '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.1\n\n';
  writeFileSync(file, `${head}${text}\n--\n-- PostgreSQL database dump complete\n--\n`, encoding);
  return file;
}

export interface ArchiveBench {
  readonly targetDatabase: string;
  readonly url: string;
  restore(
    archive: string | RestoreArchiveRequest['archive'],
    changes?: Partial<RestoreArchiveRequest>,
    tools?: Partial<RestoreArchiveTools>,
  ): ReturnType<typeof restoreArchive>;
  exists(): Promise<boolean>;
  /** What lies in the scratch folder, and beside it: what climbed out would be seen. */
  scratch(): string[];
}

export function archiveBench(major = oldMajor()): ArchiveBench {
  const server = sharedServers().postgres[String(major)] ?? '';
  const targetDatabase = `from_archive_${randomBytes(5).toString('hex')}`;
  const home = mkdtempSync(path.join(tmpdir(), 'restore-archive-'));
  const scratchRoot = path.join(home, 'scratch');
  mkdirSync(scratchRoot);
  const at = (database: string) => Object.assign(new URL(server), { pathname: `/${database}` }).toString();
  return {
    targetDatabase,
    url: at(targetDatabase),
    restore: (archive, changes = {}, tools = {}) =>
      restoreArchive(
        {
          archive: typeof archive === 'string' ? { path: archive } : archive,
          allow: [],
          maintenance: connectionTarget(at('postgres'), {}),
          targetDatabase,
          jobs: 2,
          owners: false,
          keepFailed: false,
          scratchRoot,
          ...changes,
        },
        { clock: systemClock, reporter: silentReporter, signal: new AbortController().signal, ...tools },
      ),
    exists: async () => {
      const rows = await query(at('postgres'), `SELECT FROM pg_database WHERE datname = '${targetDatabase}'`);
      return rows.length > 0;
    },
    scratch: () => [...readdirSync(scratchRoot), ...readdirSync(home).filter((name) => name !== 'scratch')],
  };
}
