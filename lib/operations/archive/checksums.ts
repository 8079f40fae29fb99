/** Checksum files as `sha256sum` writes them. Pure. */
import path from 'node:path';
import { Failure } from '../../contract/failure';

export interface Checksum {
  readonly sha256: string;
  /** undefined for a bare figure. */
  readonly name: string | undefined;
}

/** `<hex>  name`, `<hex> *name`, a bare `<hex>`; with --tag `SHA256 (name) = <hex>`. A backslash before it: name escaped. */
const LINE = /^\\?([0-9a-f]{64})(?: [ *](.+))?$/i;
const TAGGED = /^\\?SHA256 \((.+)\) = ([0-9a-f]{64})$/i;

/** @throws Failure `usage` for a line that is no checksum */
export function parseChecksums(text: string, file: string): Checksum[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw noChecksum(file, 'is empty');
  return lines.map((line) => {
    const [, tagged, taggedSum] = TAGGED.exec(line) ?? [];
    const [, sum = taggedSum, name = tagged] = LINE.exec(line.trimEnd()) ?? [];
    if (sum === undefined)
      throw noChecksum(file, `has a line that is none: ${JSON.stringify(line.slice(0, 80))}`);
    return { sha256: sum.toLowerCase(), name };
  });
}

/**
 * The only checksum there is, whatever it is called: archives are renamed. Of several, the one that names the archive.
 * @param wanted the archive's name; more than its last part tells files of a folder apart
 * @throws Failure `usage` where none or more than one does
 */
export function checksumOf(checksums: readonly Checksum[], wanted: string, file: string): string {
  const named = checksums.length === 1 ? checksums : checksums.filter(({ name }) => isNamed(name, wanted));
  const sums = [...new Set(named.map(({ sha256 }) => sha256))];
  const [sum] = sums;
  if (sum !== undefined && sums.length === 1) return sum;
  throw noChecksum(
    file,
    `names ${path.basename(wanted)} ${sums.length === 0 ? 'nowhere' : 'more than once'}`,
  );
}

function isNamed(name: string | undefined, wanted: string): boolean {
  return name !== undefined && (name === wanted || path.basename(name) === path.basename(wanted));
}

function noChecksum(file: string, what: string): Failure {
  return new Failure('usage', `${file} is no checksum of this archive: it ${what}.`, {
    hint: 'Give a file as "sha256sum ARCHIVE" writes it, by --sha256.',
  });
}
