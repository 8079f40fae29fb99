/** Where a file of a tar may be written: inside a folder, or not at all. Pure. */
import path from 'node:path';
import { Failure } from '../../contract/failure';

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

const LONGEST_NAME = 1024;
const LONGEST_PART = 255;
/** Control characters, and what is a separator elsewhere. */
const STRANGE = /[\u0000-\u001f\u007f-\u009f\\\u2028\u2029]/;

/**
 * @returns the place of a file; undefined for a folder, which comes with its files
 * @throws Failure `restore-refused` for every other kind of entry, and for a name that could lead elsewhere
 */
export function placeInside(directory: string, { name, type, size }: Member): string | undefined {
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory')
    throw refused(name, `is a ${type}; a dump has files and folders only`);
  if (!Number.isSafeInteger(size) || size < 0) throw refused(name, 'has no size');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..')) throw refused(name, 'leads out of its folder');
  if (STRANGE.test(name)) throw refused(name, 'has strange characters in its name');
  if (name.length > LONGEST_NAME || parts.some((part) => Buffer.byteLength(part) > LONGEST_PART))
    throw refused(name, 'has too long a name');
  if (type === 'directory') return undefined;
  const place = path.resolve(directory, ...parts);
  if (parts.length > 0 && place.startsWith(`${path.resolve(directory)}${path.sep}`)) return place;
  throw refused(name, 'leads out of its folder');
}

function refused(name: string, what: string): Failure {
  return new Failure('restore-refused', `${JSON.stringify(name.slice(0, 200))} in the archive ${what}.`, {
    hint: 'pg_dump wrote no such archive. Unpack it by hand, look at it, and give the folder.',
  });
}
