import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checksumOf, parseChecksums } from '../../../lib/operations/archive/checksums';
import { openStore } from '../../../lib/runtime/open-store';
import { archiveBench, archiveFolder, pgDump } from '../../support/old-archives';
import { operatorBucket } from '../../support/operator-bucket';
import { emulatorEnvironment } from '../../support/shared-servers';
import { shopDatabase } from '../../support/small-database';

const [A, B] = ['a'.repeat(64), 'B'.repeat(64)];

test.each([
  ['bare', `${A}\n`, A],
  ['of sha256sum', `${A}  shop.dump\n`, A],
  ['in binary mode', `${B} *shop.dump\r\n`, B.toLowerCase()],
  ['with --tag', `SHA256 (shop.dump) = ${A}\n`, A],
  ['with another folder', `${B}  other.dump\n${A}  /var/backups/shop.dump\n`, A],
  ['of one that was renamed since', `${A}  shop-old.dump\n`, A],
])('a checksum %s is read', (_, text, expected) => {
  expect(checksumOf(parseChecksums(text, 'sums'), '/here/shop.dump', 'sums')).toBe(expected);
});

test.each([
  ['nothing', ''],
  ['words', 'not found\n'],
  ['MD5', `${'a'.repeat(32)}  shop.dump\n`],
  ['several others', `${A}  a.dump\n${B}  b.dump\n`],
  ['two for one name', `${A}  x/shop.dump\n${B}  y/shop.dump\n`],
])('%s is no checksum', (_, text) => {
  expect(() => checksumOf(parseChecksums(text, 'sums'), 'shop.dump', 'sums')).toThrow(
    expect.objectContaining({ kind: 'usage' }) as Error,
  );
});

let shop: string;
beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  shop = await shopDatabase();
});

const sum = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

test('a checksum beside the archive or named proves its bytes; without one that is told', async () => {
  const archive = await pgDump(shop, 'a.dump', ['-Fc']);
  const before = await archiveBench().restore(archive);
  expect(before.archive.provenBy).toBeUndefined();
  expect(before.warnings).toEqual([expect.stringContaining('Nothing proves the bytes') as unknown]);
  const named = path.join(archiveFolder(), 'SHA256SUMS');
  writeFileSync(named, `${A}  b.dump\n${sum(archive)}  a.dump\n`);
  expect((await archiveBench().restore(archive, { sha256File: named })).archive.provenBy).toBe(named);
  writeFileSync(`${archive}.sha256`, `${sum(archive)}  a.dump\n`);
  expect(await archiveBench().restore(archive)).toMatchObject({
    archive: { provenBy: `${archive}.sha256`, sha256: sum(archive) },
    warnings: [],
  });
});

test('other bytes than the checksum says end with 7, and no database is made', async () => {
  const archive = await pgDump(shop, 'a.sql', []);
  writeFileSync(`${archive}.sha256`, sum(archive));
  appendFileSync(archive, '\n');
  const bench = archiveBench();
  await expect(bench.restore(archive)).rejects.toMatchObject({ exitCode: 7 });
  expect(await bench.exists()).toBe(false);
});

test('of a folder each file must be named and be what it was', async () => {
  const folder = await pgDump(shop, 'a.dir', ['-Fd']);
  const sums = execFileSync('sh', ['-c', 'sha256sum a.dir/*'], {
    cwd: path.dirname(folder),
    encoding: 'utf8',
  });
  const file = `${folder}.sha256`;
  writeFileSync(file, sums);
  expect((await archiveBench().restore(folder)).archive.provenBy).toBe(file);
  writeFileSync(path.join(folder, 'more.dat'), 'x');
  await expect(archiveBench().restore(folder)).rejects.toMatchObject({ exitCode: 2 });
  writeFileSync(file, `${sums}${A}  a.dir/more.dat\n`);
  await expect(archiveBench().restore(folder)).rejects.toMatchObject({ exitCode: 7 });
});

describe('in a bucket', () => {
  test('an archive is fetched, proven by the checksum beside it, and restored', async () => {
    const archive = await pgDump(shop, 'a.dump', ['-Fc']);
    const bucket = await operatorBucket();
    const key = 'old/2024/strange name.dump';
    await bucket.overwrite(key, readFileSync(archive));
    const store = openStore(bucket.url);
    const unproven = archiveBench();
    expect((await unproven.restore({ store, key })).archive.provenBy).toBeUndefined();
    expect(unproven.scratch()).toEqual([]);
    await bucket.overwrite(`${key}.sha256`, Buffer.from(`${sum(archive)}  a.dump\n`));
    expect(await archiveBench().restore({ store, key })).toMatchObject({
      archive: { name: `${bucket.url}/${key}`, provenBy: `${bucket.url}/${key}.sha256` },
      held: { rows: 22600 },
    });
    await bucket.overwrite(`${key}.sha256`, Buffer.from(`${A}  a.dump\n`));
    const other = archiveBench();
    await expect(other.restore({ store, key })).rejects.toMatchObject({ exitCode: 7 });
    expect([...other.scratch(), await other.exists()]).toEqual([false]);
    await store.close();
  });

  test('one that is not there ends with 6', async () => {
    const store = openStore((await operatorBucket()).url);
    await expect(archiveBench().restore({ store, key: 'none' })).rejects.toMatchObject({ exitCode: 6 });
    await store.close();
  });
});
