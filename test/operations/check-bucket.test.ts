import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { check } from '../../lib/operations/check';
import { systemClock } from '../../lib/runtime/clock';
import { openStore } from '../../lib/runtime/open-store';
import { silentReporter } from '../../lib/runtime/reporter';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench, type Bench } from '../support/make-backup';
import { shopDatabase } from '../support/small-database';

const admin = adminClient();
let shop: string;
beforeAll(async () => {
  shop = await shopDatabase();
});

async function findingsIn(bench: Bench): Promise<string[]> {
  const { findings } = await check(
    { deep: false, scratchRoot: mkdtempSync(path.join(tmpdir(), 'check-')) },
    {
      store: bench.store,
      trust: { keys: await bench.signer.trustedPublicKeys(), allowUnsigned: false },
      clock: systemClock,
      reporter: silentReporter,
      signal: new AbortController().signal,
    },
  );
  return findings.map(({ severity, kind, subject }) => `${severity} ${kind} ${subject}`);
}

test('in a locked bucket a whole point has no fault, and other bytes of the same size are found unread', async () => {
  const bucket = await lockedBucket(admin, 40);
  const bench = await makeBench(shop, openStore(`s3://${bucket}`));
  const { manifest } = await bench.backup();
  expect(await findingsIn(bench)).toEqual([]);
  const [file] = manifest.files;
  await admin.send(
    new PutObjectCommand({ Bucket: bucket, Key: file!.key, Body: Buffer.alloc(file!.bytes, 'x') }),
  );
  expect(await findingsIn(bench)).toEqual([`fault checksum ${file!.key}`]);
});

test('where the bucket locks nothing by itself, each object is named, the manifest too', async () => {
  const bucket = `store-${randomBytes(6).toString('hex')}`;
  await admin.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    }),
  );
  const bench = await makeBench(shop, openStore(`s3://${bucket}`));
  const { manifest, manifestKey } = await bench.backup();
  const keys = [manifestKey, ...manifest.files.map(({ key }) => key)];
  expect((await findingsIn(bench)).sort()).toEqual(keys.map((key) => `fault unlocked ${key}`).sort());
});

test('a manifest that was taken out of a bucket which locks is a fault of the chain', async () => {
  const bucket = await lockedBucket(admin, 40);
  const bench = await makeBench(shop, openStore(`s3://${bucket}`));
  await bench.backup();
  const middle = await bench.backup();
  const newest = await bench.backup();
  const { Versions = [] } = await admin.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: middle.manifestKey }),
  );
  for (const { Key, VersionId } of Versions)
    await admin.send(
      new DeleteObjectCommand({ Bucket: bucket, Key, VersionId, BypassGovernanceRetention: true }),
    );
  expect(await findingsIn(bench)).toContain(`fault chain ${newest.manifestKey}`);
});
