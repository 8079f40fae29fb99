import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { run } from '../support/spawn';
import { describeStore, listed } from './store-conformance';

const STAGING = '.uploading';
const homes: string[] = [];

function freshDirectory(): string {
  const home = mkdtempSync(path.join(tmpdir(), 'backstop-directory-'));
  homes.push(home);
  return path.join(home, 'made', 'by', 'put');
}

afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true });
});

describeStore('a directory', () => {
  const root = freshDirectory();
  return Promise.resolve({
    store: new DirectoryStore(root),
    overwrite: (key, bytes) => {
      const { mtime } = statSync(path.join(root, key));
      writeFileSync(path.join(root, key), bytes);
      // As somebody does who hides it.
      utimesSync(path.join(root, key), mtime, mtime);
      return Promise.resolve();
    },
    leftovers: () =>
      Promise.resolve(readdirSync(root).includes(STAGING) ? readdirSync(path.join(root, STAGING)) : []),
  });
});

describe('a directory store', () => {
  const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

  test('is open to its owner alone', async () => {
    const root = freshDirectory();
    await new DirectoryStore(root).put('a/b/c', Buffer.from('x'));
    expect(modeOf(path.join(root, 'a/b/c'))).toBe('600');
    for (const directory of [root, `${root}/a`, `${root}/a/b`, `${root}/${STAGING}`, path.dirname(root)]) {
      expect(modeOf(directory)).toBe('700');
    }
  });

  test('lists nothing where there is no directory yet', async () => {
    expect(await listed(new DirectoryStore(freshDirectory()), '')).toEqual([]);
  });

  test('follows no symbolic link out of its root', async () => {
    const root = freshDirectory();
    const store = new DirectoryStore(root);
    await store.put('inside', Buffer.from('x'));
    const outside = freshDirectory();
    mkdirSync(outside, { recursive: true });
    writeFileSync(path.join(outside, 'secret'), 'secret');
    symlinkSync(outside, path.join(root, 'folder'));
    symlinkSync(path.join(outside, 'secret'), path.join(root, 'file'));
    symlinkSync(path.join(outside, 'nowhere'), path.join(root, 'dangling'));
    const refused = { kind: 'store-failed', message: expect.stringContaining('symbolic link') as string };
    for (const key of ['folder/secret', 'file']) {
      await expect(store.get(key)).rejects.toMatchObject(refused);
      await expect(store.head(key)).rejects.toMatchObject(refused);
    }
    await expect(store.put('folder/new', Buffer.from('x'))).rejects.toMatchObject(refused);
    await expect(store.put('dangling', Buffer.from('x'))).rejects.toThrow('already has an object');
    await expect(listed(store, 'folder/')).rejects.toMatchObject(refused);
    expect((await listed(store, '')).map(({ key }) => key)).toEqual(['inside']);
    expect(readdirSync(outside)).toEqual(['secret']);
  });

  test('may itself be reached through a symbolic link', async () => {
    const root = freshDirectory();
    mkdirSync(root, { recursive: true });
    symlinkSync(root, `${root}-link`);
    const store = new DirectoryStore(`${root}-link`);
    await store.put('a/key', Buffer.from('x'));
    expect(await store.head('a/key')).toMatchObject({ bytes: 1 });
  });

  test('removes what a killed process left a day ago, and never what may still be written', async () => {
    const root = freshDirectory();
    const staging = path.join(root, STAGING);
    mkdirSync(staging, { recursive: true });
    for (const name of ['old', 'young']) writeFileSync(path.join(staging, name), 'half a dump');
    const dayAgo = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(path.join(staging, 'old'), dayAgo, dayAgo);
    const store = new DirectoryStore(root);
    await store.put('key', Buffer.from('x'));
    expect(readdirSync(staging)).toEqual(['young']);
    expect((await listed(store, '')).map(({ key }) => key)).toEqual(['key']);
    await expect(store.put(`${STAGING}/young`, Buffer.from('x'))).rejects.toThrow('its own');
  });

  test('says which file had no room and how many bytes are free, and leaves nothing', async () => {
    const root = freshDirectory();
    const program = path.join(__dirname, '../fixtures/put-zeros.ts');
    // A limit on the size of files, in blocks of 512 or 1024 bytes: the one full disk that needs no rights.
    const limited = `ulimit -f 2000; exec npx tsx "${program}" "${root}" 8000000`;
    await expect(run('sh', ['-c', limited])).rejects.toMatchObject({
      stderr: expect.stringMatching(
        /store-failed: No room for .*\.uploading.*: \d+ bytes are free \(EFBIG\)/,
      ) as string,
    });
    expect(readdirSync(root)).toEqual([STAGING]);
    expect(readdirSync(path.join(root, STAGING))).toEqual([]);
  });

  test('names the file when the file system refuses', async () => {
    const root = freshDirectory();
    const store = new DirectoryStore(root);
    await store.put('a', Buffer.from('x'));
    await expect(store.put('a/b', Buffer.from('x'))).rejects.toMatchObject({
      kind: 'store-failed',
      message: expect.stringContaining(path.join(root, 'a')) as string,
    });
    await expect(store.put('a', Buffer.from('x'))).rejects.toThrow('already has an object a');
  });
});
