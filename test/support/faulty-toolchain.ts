/** A folder of PostgreSQL's programs in which one is a fixture of test/fixtures/bin. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverBinDirectory } from './postgres-cluster';
import { eventually } from './spawn';

const FIXTURES = path.resolve(__dirname, '../fixtures/bin');
const PROGRAMS = ['pg_dump', 'pg_restore', 'pg_dumpall', 'psql', 'initdb', 'postgres'] as const;

export interface FaultyToolchain {
  readonly directory: string;
  /** Pid that the fixture wrote. */
  pid(): Promise<number>;
  /** Lets `is-slow` do its work. */
  release(): void;
}

export function faultyToolchain(
  fixture: string,
  major = 15,
  faulty: (typeof PROGRAMS)[number] = 'pg_dump',
): FaultyToolchain {
  const real = serverBinDirectory(major);
  if (real === undefined) throw new Error(`no PostgreSQL ${major}`);
  const directory = mkdtempSync(path.join(tmpdir(), 'faulty-'));
  // Whoever runs a throw-away server for root must get there.
  chmodSync(directory, 0o755);
  for (const program of PROGRAMS.filter((name) => name !== faulty)) {
    writeLink(path.join(real, program), path.join(directory, program));
  }
  // Under its own name: it begins each message with it.
  mkdirSync(path.join(directory, 'real'));
  writeLink(path.join(real, faulty), path.join(directory, 'real', faulty));
  copyFileSync(path.join(FIXTURES, faulty, fixture), path.join(directory, faulty));
  chmodSync(path.join(directory, faulty), 0o755);
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

/** Not a symbolic link: programs that bin/setup unpacked look for their libraries from where they are called. */
function writeLink(program: string, file: string): void {
  writeFileSync(file, `#!/bin/sh\nexec '${program}' "$@"\n`, { mode: 0o755 });
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
