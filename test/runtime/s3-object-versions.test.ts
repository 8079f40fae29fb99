import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { buffer } from 'node:stream/consumers';
import { openVersions } from '../../lib/runtime/open-store';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3ObjectVersions } from '../../lib/runtime/s3-object-versions';
import { adminClient, lockedBucket } from '../support/locked-bucket';

let admin: S3Client;
let Bucket: string;
let versions: S3ObjectVersions;
beforeAll(async () => {
  admin = adminClient();
  Bucket = await lockedBucket(admin);
  versions = new S3ObjectVersions(Bucket, s3Client());
});
afterAll(() => {
  versions.close();
  admin.destroy();
});

const put = (Key: string, Body: string) => admin.send(new PutObjectCommand({ Bucket, Key, Body }));
const hide = (Key: string) => admin.send(new DeleteObjectCommand({ Bucket, Key }));

test('all versions of the key itself are there, newest first, through delete markers', async () => {
  await put('a/key', 'first');
  await hide('a/key');
  await put('a/key', 'second one');
  await put('a/key.gz', 'another');
  await hide('a/key');
  const found = await versions.all('a/key');
  expect(found.map(({ bytes }) => bytes)).toEqual([10, 5]);
  const read = async (index: number) => (await buffer(await versions.get('a/key', found[index]!))).toString();
  expect([await read(0), await read(1)]).toEqual(['second one', 'first']);
});

test('a key that was never written has none, though others begin with it', async () => {
  await put('b/key.gz', 'another');
  expect(await versions.all('b/key')).toEqual([]);
});

test('a version that is not there is a failure of the store', async () => {
  await put('c/key', 'first');
  const [version] = await versions.all('c/key');
  const gone = { ...version!, versionId: '11111111-2222-3333-4444-555555555555' };
  await expect(versions.get('c/key', gone)).rejects.toMatchObject({ kind: 'store-failed' });
});

test('what is no key is refused', async () => {
  await expect(versions.all('../key')).rejects.toMatchObject({ kind: 'store-failed' });
});

test('a directory keeps none', () => {
  expect(openVersions('file:backups')).toBeUndefined();
  expect(openVersions(`s3://${Bucket}`)).toBeInstanceOf(S3ObjectVersions);
});
