/** What tests of drills' servers need: a scratch folder, and folders of server programs in which one is a fixture. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DrillServerRequest } from '../../lib/postgres/drill-server';
import { installedMajors, serverBinDirectory } from './find-postgres';

const FIXTURES = path.resolve(__dirname, '../fixtures/bin');
const PROGRAMS = ['postgres', 'initdb'] as const;

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Where we are root, the server's unprivileged account must be able to enter it. */
export function scratchRoot(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'drills-'));
  chmodSync(root, 0o755);
  made.push(root);
  return root;
}

export function serverRequest(more: Partial<DrillServerRequest> = {}): DrillServerRequest {
  return {
    major: installedMajors()[0] ?? 15,
    extensions: [],
    database: 'drilled',
    scratchRoot: scratchRoot(),
    signal: new AbortController().signal,
    ...more,
  };
}

/** @returns the folder, for `postgresBin` */
export function faultyServerPrograms(
  faulty: (typeof PROGRAMS)[number],
  fixture: string,
  major?: number,
): string {
  const real = serverBinDirectory(major ?? installedMajors()[0] ?? 15);
  if (real === undefined) throw new Error('no PostgreSQL server');
  const directory = scratchRoot();
  mkdirSync(path.join(directory, 'real'), { mode: 0o755 });
  for (const program of PROGRAMS) {
    for (const file of [path.join(directory, 'real', program), path.join(directory, program)])
      writeFileSync(file, `#!/bin/sh\nexec '${path.join(real, program)}' "$@"\n`, { mode: 0o755 });
  }
  copyFileSync(path.join(FIXTURES, faulty, fixture), path.join(directory, faulty));
  chmodSync(path.join(directory, faulty), 0o755);
  return directory;
}
