/** A private folder for the time of a task. Its name holds our process id: a killed process cannot clean up. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure, messageOf } from '../contract/failure';

const PREFIX = 'backstop-scratch-';

/** Makes a folder that only we may read, and removes it on every path. @throws Failure `usage` where it cannot be made */
export async function withScratchDirectory<T>(
  root: string,
  task: (directory: string) => Promise<T>,
): Promise<T> {
  await removeOrphans(root);
  const directory = await mkdtemp(path.join(root, `${PREFIX}${process.pid}-`)).catch((error: unknown) => {
    throw new Failure('usage', `No folder can be made in ${root}: ${messageOf(error)}`, {
      hint: 'Name a writable folder with enough room by --scratch.',
      cause: error,
    });
  });
  try {
    return await task(directory);
  } finally {
    // A program that was killed may still be writing its last file.
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Folders of processes that are gone: they hold parts of a database, and fill the disk. */
async function removeOrphans(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    const pid = /^backstop-scratch-(\d+)-/.exec(name)?.[1];
    // Another user's folder stays: removing it is not for us.
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(path.join(root, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
