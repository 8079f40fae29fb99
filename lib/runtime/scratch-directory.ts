/** A private folder for the time of a task. */
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Failure, messageOf } from '../contract/failure';

/** Makes a folder that only we may read, and removes it on every path. @throws Failure `usage` where it cannot be made */
export async function withScratchDirectory<T>(
  root: string,
  task: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(path.join(root, 'backstop-')).catch((error: unknown) => {
    throw new Failure('usage', `No folder can be made in ${root}: ${messageOf(error)}`, {
      hint: 'Name a writable folder with enough room by --scratch.',
      cause: error,
    });
  });
  try {
    return await task(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
