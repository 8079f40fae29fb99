import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pointPrefix } from '../../lib/contract/object-keys';
import { fetchPoint } from '../../lib/operations/fetch-point';
import { makeBench } from '../support/make-backup';
import { shopDatabase } from '../support/small-database';
import { fileOf, remove } from '../support/tampering';

const folder = () => mkdtempSync(path.join(tmpdir(), 'fetch-'));

test('every object lies under its name below the prefix, for us alone', async () => {
  const bench = await makeBench(await shopDatabase());
  const { manifest } = await bench.backup();
  const directory = folder();
  let bytes = 0;
  await fetchPoint(bench.store, manifest, directory, { onBytes: (count) => (bytes += count) });
  const prefix = pointPrefix(manifest.class, manifest.database, manifest.id);
  const fetched = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(
    fetched.map(({ parentPath, name }) => path.relative(directory, path.join(parentPath, name))).sort(),
  ).toEqual(manifest.files.map(({ key }) => key.slice(prefix.length)).sort());
  expect(bytes).toBe(manifest.storedBytes);
});

test('a key that leads elsewhere is not fetched, even if a manifest with it were believed', async () => {
  const bench = await makeBench(await shopDatabase());
  const { manifest } = await bench.backup();
  const directory = path.join(folder(), 'fetched');
  const [first] = manifest.files;
  for (const name of ['../outside', '../../../outside']) {
    const key = `${pointPrefix(manifest.class, manifest.database, manifest.id)}${name}`;
    await expect(
      fetchPoint(bench.store, { ...manifest, files: [{ ...first!, key }] }, directory),
    ).rejects.toMatchObject({ exitCode: 7, message: expect.stringContaining('does not lie below') });
  }
  expect(existsSync(path.join(directory, '../outside'))).toBe(false);
});

test('one object that is missing ends the fetch of all, with its name', async () => {
  const bench = await makeBench(await shopDatabase());
  const { manifest } = await bench.backup();
  const lost = manifest.files.at(-1)!.key;
  remove(bench.store, lost);
  await expect(fetchPoint(bench.store, manifest, folder())).rejects.toMatchObject({
    kind: 'stored-data-faulty',
    message: `${lost} is missing; the manifest names it.`,
  });
});

test('an object with more bytes than the manifest says is not fetched to its end', async () => {
  const bench = await makeBench(await shopDatabase());
  const { manifest } = await bench.backup();
  const { key, bytes } = manifest.files[0]!;
  writeFileSync(fileOf(bench.store, key), Buffer.alloc(20_000_000));
  let fetched = 0;
  const onBytes = (count: number) => (fetched += count);
  await expect(fetchPoint(bench.store, manifest, folder(), { onBytes })).rejects.toMatchObject({
    kind: 'stored-data-faulty',
    message: `${key} has more bytes than the ${bytes} that the manifest says.`,
  });
  expect(fetched).toBeLessThanOrEqual(manifest.storedBytes);
});

test('a signal ends it with its reason', async () => {
  const bench = await makeBench(await shopDatabase());
  const { manifest } = await bench.backup();
  const stop = new AbortController();
  const reason = new Error('enough');
  const onBytes = () => {
    stop.abort(reason);
  };
  await expect(fetchPoint(bench.store, manifest, folder(), { signal: stop.signal, onBytes })).rejects.toBe(
    reason,
  );
});
