import type { S3Client } from '@aws-sdk/client-s3';
import { Failure } from '../../lib/contract/failure';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import * as faults from '../support/fault-proxy';
import { adminClient, lockedBucket, unfinishedUploads } from '../support/locked-bucket';
import { makeBench, remains, type Bench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { sharedServers } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';

let admin: S3Client;
let url: string;
let bucket: string;
let proxy: faults.FaultProxy;
let bench: Bench;

beforeAll(async () => {
  admin = adminClient();
  url = await shopDatabase();
  // Above two parts, uncompressed.
  await query(
    url,
    `CREATE TABLE bulk AS SELECT i, repeat(md5(i::text), 8) AS t FROM generate_series(1, 80000) i`,
  );
  proxy = await faults.startFaultProxy(sharedServers().emulator);
});
beforeEach(async () => {
  bucket = await lockedBucket(admin);
  const client = s3Client({ endpoint: proxy.endpoint, idleTimeoutMs: 2_000 });
  bench = await makeBench(url, new S3Store(bucket, client));
});
afterEach(() => {
  proxy.clear();
});
afterAll(async () => {
  await proxy.stop();
  admin.destroy();
});

const dumpObject = { method: 'PUT', url: /dump/ };
const parts = { method: 'PUT', url: /partNumber=2/ };
const completion = { method: 'POST', url: /uploadId=/ };
const manifest = { method: 'PUT', url: /manifests/ };

const otherChecksum = faults.alterAnswer((answer) => {
  answer.headers['x-amz-checksum-crc32'] = 'AAAAAA==';
});
const otherChecksumOfAll = faults.alterAnswer((answer) => {
  answer.body = Buffer.from(
    answer.body.toString().replace(/<ChecksumCRC32>[^<]*/, '<ChecksumCRC32>AAAAAA=='),
  );
});
const flipOneByte = faults.alterRequest((body) => {
  body.writeUInt8(body.readUInt8(100) ^ 1, 100);
  return body;
});

async function expectNothingRecorded(): Promise<Failure> {
  const failure = await bench.backup({ compression: 'none' }).then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  proxy.clear();
  if (!(failure instanceof Failure)) throw failure;
  expect({ kind: failure.kind, message: failure.message }).toMatchObject({ kind: 'store-failed' });
  await eventually('all sessions end', async () => {
    expect(await remains(bench)).toEqual({ manifests: [], sessions: [], scratch: [] });
  });
  expect(await unfinishedUploads(admin, bucket)).toEqual([]);
  return failure;
}

test.each([
  ['refuses a dump object with 403', dumpObject, faults.refuse(403, 'AccessDenied'), /AccessDenied/],
  ['answers 500 for good', dumpObject, faults.refuse(500, 'InternalError'), /InternalError/],
  ['asks to slow down for good', dumpObject, faults.refuse(503, 'SlowDown'), /SlowDown/],
  ['breaks each connection of a part', parts, faults.breakRequest, /./],
  ['never answers', parts, faults.hang, /./],
  ['takes a byte otherwise than it was sent', parts, flipOneByte, /BadDigest|checksum/i],
  ['answers a part with another checksum', parts, otherChecksum, /did not confirm/],
  ['answers the whole object with another checksum', completion, otherChecksumOfAll, /did not confirm/],
  ['refuses to complete', completion, faults.refuse(403, 'AccessDenied'), /AccessDenied/],
  ['refuses the manifest', manifest, faults.refuse(403, 'AccessDenied'), /AccessDenied/],
])('a store that %s: no recovery point', async (_, match, fault, message) => {
  proxy.fail(match, fault);
  const failure = await expectNothingRecorded();
  expect(failure.message).toMatch(message);
  expect(failure.hint).toBeDefined();
});

test.each([
  ['one 500', parts, faults.refuse(500, 'InternalError')],
  ['one SlowDown', parts, faults.refuse(503, 'SlowDown')],
  ['one broken connection', parts, faults.breakRequest],
  ['the lost answer to the manifest', manifest, faults.loseAnswer],
])('%s is survived, and the point is whole', async (_, match, fault) => {
  proxy.fail({ ...match, nth: 1 }, fault);
  const { manifest: made } = await bench.backup({ compression: 'none' });
  expect(await bench.keys('manifests/')).toHaveLength(1);
  expect((await bench.keys('points/')).sort()).toEqual(made.files.map((file) => file.key).sort());
});

test('an upload that fails ends the dump at once', async () => {
  proxy.fail(dumpObject, faults.refuse(403, 'AccessDenied'));
  const format = 'custom';
  await expect(bench.backup({ format, compression: 'none' })).rejects.toMatchObject({ kind: 'store-failed' });
});

test('a bucket that does not exist is named', async () => {
  bench = await makeBench(url, new S3Store('no-such-bucket-anywhere', s3Client()));
  await expect(bench.backup()).rejects.toMatchObject({
    kind: 'store-failed',
    message: expect.stringContaining('no-such-bucket-anywhere') as string,
  });
});

test('no object is ever overwritten: each upload demands that its key is new', async () => {
  await bench.backup({ compression: 'none' });
  const writes = proxy
    .requests()
    .filter(
      ({ method, url: path }) =>
        (method === 'PUT' && !path.includes('partNumber=')) ||
        (method === 'POST' && path.includes('uploadId=')),
    );
  expect(writes.length).toBeGreaterThan(5);
  expect(writes.map(({ headers }) => headers['if-none-match'])).toEqual(writes.map(() => '*'));
});
