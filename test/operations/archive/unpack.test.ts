import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { pack, type Headers } from 'tar-stream';
import { placeInside } from '../../../lib/operations/archive/member-names';
import { untarInto } from '../../../lib/operations/archive/unpack';
import { archiveFolder } from '../../support/old-archives';

const signal = new AbortController().signal;

async function tarOf(entries: readonly (Headers & { readonly body?: string })[]): Promise<string> {
  const tar = pack();
  for (const { body, ...header } of entries) tar.entry(header, body ?? '');
  tar.finalize();
  const file = path.join(archiveFolder(), 'a.tar.gz');
  await pipeline(tar, createGzip(), createWriteStream(file));
  return file;
}

/** A folder inside a folder: what climbs out is seen beside it. */
async function unpacked(file: string) {
  const home = archiveFolder();
  const directory = path.join(home, 'in');
  mkdirSync(directory);
  const error: unknown = await untarInto({ file, gzip: true }, directory, signal).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, directory, beside: readdirSync(home).filter((name) => name !== 'in') };
}

test('files come with their folders, for nobody else to read', async () => {
  const { error, directory } = await unpacked(
    await tarOf([
      { name: './a/', type: 'directory' },
      { name: './a/b/toc.dat', mode: 0o777, body: 'x' },
    ]),
  );
  expect(error).toBeUndefined();
  expect(readFileSync(path.join(directory, 'a/b/toc.dat'), 'utf8')).toBe('x');
  expect(statSync(path.join(directory, 'a/b/toc.dat')).mode & 0o777).toBe(0o600);
});

test.each<[string, Headers[]]>([
  ['a name that climbs', [{ name: 'a/../../evil' }]],
  ['an absolute name', [{ name: '/tmp/backstop-evil' }]],
  ['a symbolic link', [{ name: 'a', type: 'symlink', linkname: '/tmp' }, { name: 'a/backstop-evil' }]],
  ['a hard link', [{ name: 'a', type: 'link', linkname: '/etc/passwd' }]],
  ['a device', [{ name: 'a', type: 'character-device' }]],
  ['a block device', [{ name: 'a', type: 'block-device' }]],
  ['a pipe', [{ name: 'a', type: 'fifo' }]],
  ['a control character', [{ name: 'a\u001b[2Jb' }]],
  ['a line break', [{ name: 'a\nb' }]],
  ['a backslash', [{ name: '..\\evil' }]],
  ['a name of the length of a file', [{ name: 'x'.repeat(300) }]],
  ['a path that is too long', [{ name: 'x/'.repeat(600) + 'y' }]],
  ['two files of one name', [{ name: 'a' }, { name: './a' }]],
])('%s is refused, and nothing is written elsewhere', async (_, entries) => {
  const { error, beside } = await unpacked(await tarOf(entries));
  expect(error).toMatchObject({ exitCode: 8 });
  expect(beside).toEqual([]);
  expect(existsSync('/tmp/backstop-evil')).toBe(false);
});

/** A header that promises more than there is. */
function promising(type: string, bytes: number): Buffer {
  const header = Buffer.alloc(512);
  header.write('a');
  header.write('0000600\0', 100);
  header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\u000000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return header;
}

test('a file larger than the disk is refused before a byte of it is written', async () => {
  const file = path.join(archiveFolder(), 'a.tar.gz');
  writeFileSync(file, gzipSync(Buffer.concat([promising('0', 8 ** 11 - 1), promising('0', 8 ** 11 - 1)])));
  const { error, directory } = await unpacked(file);
  // One that the disk could hold is cut short; both are told before it is used.
  expect([7, 8]).toContain((error as { exitCode: number }).exitCode);
  expect(readdirSync(directory).length).toBeLessThanOrEqual(1);
});

test('a header without an end does not fill the memory', async () => {
  const file = path.join(archiveFolder(), 'a.tar.gz');
  writeFileSync(
    file,
    gzipSync(Buffer.concat([promising('x', 8 ** 10), Buffer.alloc(32 * 1024 * 1024, 'a')])),
  );
  expect((await unpacked(file)).error).toMatchObject({
    exitCode: 8,
    message: expect.stringContaining('header') as string,
  });
});

/** xorshift: the same names in each run. */
function generator(seed: number) {
  let state = seed;
  return (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

test('whatever a name is made of, its place is inside the folder or it is refused', () => {
  const next = generator(20261128);
  const pieces = [
    '..',
    '.',
    '',
    '/',
    '//',
    '\\',
    'a',
    'toc.dat',
    '\0',
    '\n',
    '\u001b',
    '~',
    '%2e%2e',
    ' ',
    'é',
    '．．',
    '-',
    'x'.repeat(120),
  ];
  const root = '/scratch/in';
  let [placed, refused] = [0, 0];
  for (let round = 0; round < 20_000; round += 1) {
    const parts = Array.from({ length: 1 + next(6) }, () => pieces[next(pieces.length)] ?? '');
    const name = parts.join(next(3) === 0 ? '' : '/');
    try {
      const place = placeInside(root, { name, type: 'file', size: 1 });
      expect(place).toMatch(/^\/scratch\/in\/[^\u0000-\u001f\\]+$/);
      expect(path.normalize(place ?? '')).toBe(place);
      expect(place?.split('/')).not.toContain('..');
      placed += 1;
    } catch (error) {
      expect(error).toMatchObject({ kind: 'restore-refused' });
      refused += 1;
    }
  }
  expect(Math.min(placed, refused)).toBeGreaterThan(1000);
});
