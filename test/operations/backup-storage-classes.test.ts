/** Points of a class may lie in cheaper storage from the first: written there, never moved. */
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench, type Bench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';

let admin: S3Client;
let url: string;
let bucket: string;
let bench: Bench;
beforeAll(async () => {
  admin = adminClient();
  url = await shopDatabase();
  await query(url, 'CREATE TABLE bulk AS SELECT i, md5(i::text) AS t FROM generate_series(1, 20000) i');
});
beforeEach(async () => {
  bucket = await lockedBucket(admin);
  bench = await makeBench(url, new S3Store(bucket, s3Client()));
});
afterAll(() => {
  admin.destroy();
});

/** By the object's name below its point; S3 names no class for S3 Standard. */
async function storageClassOfEach(): Promise<Record<string, string>> {
  const classes: Record<string, string> = {};
  for (const Key of await bench.keys()) {
    const { StorageClass = 'STANDARD' } = await admin.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    classes[Key] = StorageClass;
  }
  return classes;
}

test('the large files of a dump lie where its class wants them; what is small or read often, in S3 Standard', async () => {
  const { manifest } = await bench.backup({
    compression: 'none',
    keep: { daily: 7, weekly: 56 },
    storageClasses: { weekly: 'STANDARD_IA' },
  });
  expect(manifest.class).toBe('weekly');
  const large = manifest.files.filter(({ bytes }) => bytes >= 128 * 1024).map(({ key }) => key);
  expect(large).toHaveLength(2);
  const cheaper = Object.entries(await storageClassOfEach()).filter(([, each]) => each !== 'STANDARD');
  expect(cheaper.sort()).toEqual(large.sort().map((key) => [key, 'STANDARD_IA']));
});

test.each(['custom', 'plain'] as const)(
  'a %s dump is one object, and lies there as a whole',
  async (format) => {
    const { manifest } = await bench.backup({ format, storageClasses: { daily: 'GLACIER_IR' } });
    const classes = await storageClassOfEach();
    const dump = manifest.files.find(({ key }) => key.includes('/dump.'))!.key;
    expect(Object.entries(classes).filter(([, each]) => each !== 'STANDARD')).toEqual([[dump, 'GLACIER_IR']]);
  },
);

test('points of other classes, and exports, lie in S3 Standard', async () => {
  const storageClasses = { weekly: 'STANDARD_IA' } as const;
  await bench.backup({ compression: 'none', storageClasses });
  await bench.backup({ compression: 'none', storageClasses: { daily: 'STANDARD_IA' }, tables: ['bulk'] });
  expect(new Set(Object.values(await storageClassOfEach()))).toEqual(new Set(['STANDARD']));
});
