/**
 * One folder for all temporary files of a jest run, gone afterwards; in memory where there is plenty of it. A database is
 * hundreds of files, and tests make and drop thousands of databases: on a disk that takes several times as long.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';

const MEMORY = '/dev/shm';
/** Several times what a run needs at once. */
const ROOM = { bytes: 8 * 2 ** 30, files: 500_000 };

/** Sets TMPDIR, for us and whatever we start. @returns how to remove the folder */
export function useTemporaryFolder(): () => void {
  const parent = isUsable(MEMORY) ? MEMORY : tmpdir();
  const folder = makeFolder(parent);
  process.env['TMPDIR'] = folder;
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The name is short: the path of a socket may have 107 characters. */
function makeFolder(parent: string): string {
  const folder = mkdtempSync(path.join(parent, 'jest-'));
  // PostgreSQL's own account has to pass through.
  chmodSync(folder, 0o755);
  return folder;
}

function isUsable(parent: string): boolean {
  try {
    const { bavail, bsize, ffree } = statfsSync(parent);
    if (Math.min(bavail * bsize, freemem()) < ROOM.bytes || ffree < ROOM.files) return false;
    return runsPrograms(parent);
  } catch {
    return false;
  }
}

/** Docker mounts it such that no program in it is run; tests put faulty ones there. */
function runsPrograms(parent: string): boolean {
  const folder = makeFolder(parent);
  try {
    const program = path.join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    return spawnSync(program).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
