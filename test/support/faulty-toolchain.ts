/** A folder of PostgreSQL's client programs in which pg_dump is a fixture: test/fixtures/bin/pg_dump. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverBinDirectory } from './postgres-cluster';
import { eventually } from './spawn';

const FIXTURES = path.resolve(__dirname, '../fixtures/bin/pg_dump');

export interface FaultyToolchain {
  readonly directory: string;
  /** Pid that the fixture wrote. */
  pid(): Promise<number>;
  /** Lets `is-slow` do its work. */
  release(): void;
}

export function faultyToolchain(fixture: string, major = 15): FaultyToolchain {
  const real = serverBinDirectory(major);
  if (real === undefined) throw new Error(`no PostgreSQL ${major}`);
  const directory = mkdtempSync(path.join(tmpdir(), 'faulty-'));
  for (const program of ['pg_restore', 'pg_dumpall', 'psql']) {
    symlinkSync(path.join(real, program), path.join(directory, program));
  }
  // Under its own name: it begins each message with it.
  mkdirSync(path.join(directory, 'real'));
  symlinkSync(path.join(real, 'pg_dump'), path.join(directory, 'real/pg_dump'));
  copyFileSync(path.join(FIXTURES, fixture), path.join(directory, 'pg_dump'));
  chmodSync(path.join(directory, 'pg_dump'), 0o755);
  const pidFile = path.join(directory, 'pid');
  return {
    directory,
    pid: () =>
      eventually('the program starts', () => {
        const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
        return pid > 0 ? Promise.resolve(pid) : Promise.reject(new Error('no pid yet'));
      }),
    release: () => {
      writeFileSync(path.join(directory, 'go'), '');
    },
  };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
