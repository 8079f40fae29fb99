import path from 'node:path';
import { openStore } from '../../lib/runtime/open-store';

test.each([
  ['s3://my-bucket', 's3://my-bucket'],
  ['s3://my-bucket/', 's3://my-bucket'],
  ['file:/var/backups', 'file:/var/backups'],
  ['file:///var/backups', 'file:/var/backups'],
  ['file:backups', `file:${path.resolve('backups')}`],
  ['file:../x y', `file:${path.resolve('../x y')}`],
])('%s names the store %s', async (url, expected) => {
  const store = openStore(url);
  expect(store.url).toBe(expected);
  await store.close();
});

test.each([
  ['s3://bucket/prefix', 's3://bucket.'],
  ['s3://bucket/a/b', 's3://bucket.'],
  ['s3://', '3 to 63'],
  ['s3://My_Bucket', 'lower-case'],
  ['s3:/my-bucket', 's3://my-bucket'],
  ['S3:my-bucket', 's3://my-bucket'],
  ['backups', 'file:backups'],
  ['/var/backups', 'file:/var/backups'],
  ['https://bucket.s3.amazonaws.com', 'file:'],
  ['file:', 'file:'],
  ['', 'file:backups'],
])('%j is refused with a hint', (url, hint) => {
  const opening = () => openStore(url);
  expect(opening).toThrow('allowed are s3://BUCKET and file:DIRECTORY');
  expect(failureOf(opening)).toMatchObject({ kind: 'usage', hint: expect.stringContaining(hint) as string });
});

function failureOf(step: () => unknown): unknown {
  try {
    return step();
  } catch (error) {
    return error;
  }
}
