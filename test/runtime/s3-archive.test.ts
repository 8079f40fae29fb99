import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { buffer } from 'node:stream/consumers';
import type { ArchivedObject } from '../../lib/runtime/archive';
import { openArchive } from '../../lib/runtime/open-store';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Archive } from '../../lib/runtime/s3-archive';
import { S3Store } from '../../lib/runtime/s3-store';
import { putArchived } from '../support/archived-object';
import { adminClient, lockedBucket } from '../support/locked-bucket';

let admin: S3Client;
let Bucket: string;
let archive: S3Archive;
let store: S3Store;
beforeAll(async () => {
  admin = adminClient();
  Bucket = await lockedBucket(admin);
  archive = new S3Archive(Bucket, s3Client());
  store = new S3Store(Bucket, s3Client());
});
afterAll(async () => {
  archive.close();
  await store.close();
  admin.destroy();
});

const options = { days: 2, speed: 'standard' } as const;

async function archivedBelow(prefix: string): Promise<ArchivedObject[]> {
  const found = [];
  for await (const object of archive.archived(prefix)) found.push(object);
  return found;
}

/** Asks until the emulator says that it is over. */
async function thawToEnd(object: ArchivedObject): Promise<void> {
  await archive.thaw(object, options);
  while ((await archive.stateOf(object)) !== 'readable') await new Promise(setImmediate);
}

test('only what lies in an archive class is found, hidden or not', async () => {
  await putArchived(admin, Bucket, 'found/a');
  await putArchived(admin, Bucket, 'found/b', { StorageClass: 'DEEP_ARCHIVE' });
  await store.put('found/c', Buffer.from('c'), { storageClass: 'GLACIER_IR' });
  await store.put('found/d', Buffer.from('d'));
  await admin.send(new DeleteObjectCommand({ Bucket, Key: 'found/a' }));
  const found = await archivedBelow('found/');
  expect(found.map(({ key, storageClass, bytes }) => [key, storageClass, bytes])).toEqual([
    ['found/a', 'GLACIER', 7],
    ['found/b', 'DEEP_ARCHIVE', 7],
  ]);
});

test('an object is archived, then thawing, then readable', async () => {
  await putArchived(admin, Bucket, 'states/a');
  const [object] = await archivedBelow('states/');
  expect(await archive.stateOf(object!)).toBe('archived');
  await expect(store.get('states/a')).rejects.toMatchObject({
    kind: 'store-failed',
    hint: expect.stringContaining('--thaw'),
  });
  await archive.thaw(object!, options);
  expect(await archive.stateOf(object!)).toBe('thawing');
  await thawToEnd(object!);
  expect((await buffer(await store.get('states/a'))).toString()).toBe('states/a');
});

test('it is no fault to ask again, while it thaws or afterwards', async () => {
  await putArchived(admin, Bucket, 'again/a');
  const [object] = await archivedBelow('again/');
  await archive.thaw(object!, options);
  await archive.thaw(object!, options);
  await thawToEnd(object!);
  await archive.thaw(object!, options);
  expect(await archive.stateOf(object!)).toBe('readable');
});

test('the version that is meant is thawed, not one that was put over it since', async () => {
  await putArchived(admin, Bucket, 'versions/a');
  const [object] = await archivedBelow('versions/');
  await admin.send(new PutObjectCommand({ Bucket, Key: 'versions/a', Body: 'later' }));
  await thawToEnd(object!);
  expect(await archivedBelow('versions/')).toEqual([]);
});

test('what its class does not allow is refused', async () => {
  await putArchived(admin, Bucket, 'refused/a', { StorageClass: 'DEEP_ARCHIVE' });
  const [object] = await archivedBelow('refused/');
  await expect(archive.thaw(object!, { days: 1, speed: 'expedited' })).rejects.toMatchObject({
    kind: 'store-failed',
    message: expect.stringContaining('thaw of'),
  });
});

test('a directory has no archive', () => {
  expect(openArchive('file:backups')).toBeUndefined();
});
