/** Room on the local disk, asked for before anything is fetched. */
import { statfs } from 'node:fs/promises';
import { Failure } from '../contract/failure';
import { humanBytes } from '../contract/human';

/** @throws Failure `restore-refused` with both figures */
export async function demandFreeSpace(directory: string, neededBytes: number): Promise<void> {
  const freeBytes = await freeBytesIn(directory);
  if (freeBytes >= neededBytes) return;
  throw new Failure(
    'restore-refused',
    `${directory} has ${humanBytes(freeBytes)} free (${freeBytes} bytes); the dump needs ${humanBytes(neededBytes)} (${neededBytes} bytes).`,
    { hint: 'Name a folder on a larger disk by --scratch.' },
  );
}

export async function freeBytesIn(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
