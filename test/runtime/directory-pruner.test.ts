import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DirectoryPruner } from '../../lib/runtime/directory-pruner';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { openStore } from '../../lib/runtime/open-store';

const POINT = 'points/daily/postgres/shop/20261120T020000Z-0a1b2c/';
const { signal } = new AbortController();

function bench() {
  const folder = mkdtempSync(path.join(tmpdir(), 'pruner-'));
  const store = new DirectoryStore(folder);
  return { folder, store, pruner: new DirectoryPruner(store) };
}

test('all below one point goes with its folders, and is counted; its neighbours stay', async () => {
  const { folder, store, pruner } = bench();
  const neighbour = POINT.replace('0a1b2c', '0a1b2d');
  for (const key of ['dump/1.dat', 'README.txt']) {
    await store.put(`${POINT}${key}`, Buffer.from('four'));
    await store.put(`${neighbour}${key}`, Buffer.from('four'));
  }
  expect(await pruner.remove(POINT, signal)).toEqual({ objects: 2, bytes: 8 });
  expect(existsSync(path.join(folder, POINT))).toBe(false);
  expect(await store.head(`${neighbour}dump/1.dat`)).toBeDefined();
});

test.each(['', 'points/', 'points/daily/postgres/shop/', 'manifests/postgres/shop/x/y/', `../${POINT}`])(
  'nothing but one point can be deleted: %p is a defect',
  async (prefix) => {
    await expect(bench().pruner.remove(prefix, signal)).rejects.toThrow(TypeError);
  },
);

test('what was gone already is no fault', async () => {
  expect(await bench().pruner.remove(POINT, signal)).toEqual({ objects: 0, bytes: 0 });
});

test('what is no file of the store stays, and so does its folder', async () => {
  const { folder, pruner } = bench();
  mkdirSync(path.join(folder, POINT), { recursive: true });
  writeFileSync(path.join(folder, POINT, 'a'), 'x');
  mkdirSync(path.join(folder, POINT, 'empty'));
  expect(await pruner.remove(POINT, signal)).toEqual({ objects: 1, bytes: 1 });
  expect(existsSync(path.join(folder, POINT))).toBe(false);
});

test('a stop is heeded between two objects', async () => {
  const { store, pruner } = bench();
  await store.put(`${POINT}README.txt`, Buffer.from('four'));
  await expect(pruner.remove(POINT, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  expect(await store.head(`${POINT}README.txt`)).toBeDefined();
});

test('a bucket has no pruner', () => {
  expect(() => new DirectoryPruner(openStore('s3://shop-backups'))).toThrow(/no directory/);
});
