import type { S3Client } from '@aws-sdk/client-s3';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { Failure } from '../../lib/contract/failure';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import { StoreKeyExists } from '../../lib/runtime/store';
import * as faults from '../support/fault-proxy';
import { adminClient, lockedBucket, unfinishedUploads } from '../support/locked-bucket';
import { sharedServers } from '../support/shared-servers';
import { freePort } from '../support/spawn';
import {
  describeStore,
  failingAfter,
  hangingAfter,
  inChunks,
  listed,
  PART_BYTES,
  read,
} from './store-conformance';

const MIB = 1024 * 1024;
let admin: S3Client;

beforeAll(() => {
  admin = adminClient();
});
afterAll(() => {
  admin.destroy();
});

describeStore('S3', async () => {
  const Bucket = await lockedBucket(admin);
  return {
    store: new S3Store(Bucket, s3Client()),
    leftovers: () => unfinishedUploads(admin, Bucket),
    hide: async (Key) => {
      await admin.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    overwrite: async (Key, Body) => {
      await admin.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
  };
});

describe('an S3 store', () => {
  let bucket: string;
  let store: S3Store;
  let proxy: faults.FaultProxy;
  beforeAll(async () => {
    bucket = await lockedBucket(admin);
    proxy = await faults.startFaultProxy(sharedServers().emulator);
    store = storeAt(proxy.endpoint);
  });
  afterEach(async () => {
    proxy.clear();
    expect(await unfinishedUploads(admin, bucket)).toEqual([]);
  });
  afterAll(async () => {
    await store.close();
    await proxy.stop();
  });

  const storeAt = (endpoint: string, idleTimeoutMs = 60_000, name = bucket) =>
    new S3Store(name, s3Client({ endpoint, idleTimeoutMs }));
  const small = () => inChunks(randomBytes(1000));
  const large = () => inChunks(randomBytes(2 * PART_BYTES + 5));
  const failed = (message: RegExp, hint: RegExp) => ({
    kind: 'store-failed',
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
  const nothingAt = async (key: string) => {
    expect(await listed(new S3Store(bucket, s3Client()), key)).toEqual([]);
  };
  const removeUpload = async (Key: string) => {
    const [upload] = (await admin.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
    await admin.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId: upload?.UploadId }));
  };
  const sent = (method: string, url: RegExp) =>
    proxy.requests().filter((request) => request.method === method && url.test(request.url));

  test('tells whether its bucket locks', async () => {
    expect(await store.locks()).toBe(true);
    const Bucket = `open-${randomBytes(6).toString('hex')}`;
    await admin.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
    expect(await storeAt(proxy.endpoint, undefined, Bucket).locks()).toBe(false);
  });

  test('tells lock and legal hold of an object', async () => {
    await store.put('held', Buffer.from('x'));
    expect(await store.head('held')).toMatchObject({ legalHold: false });
    await admin.send(
      new PutObjectLegalHoldCommand({ Bucket: bucket, Key: 'held', LegalHold: { Status: 'ON' } }),
    );
    const state = await store.head('held');
    expect(state?.legalHold).toBe(true);
    const days = (state!.lockedUntil!.getTime() - state!.modifiedAt.getTime()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  test('keeps the CRC-32 of the whole object, also of one sent in parts', async () => {
    for (const size of [10, 2 * PART_BYTES + 5]) {
      const file = await store.put(`crc/${size}`, inChunks(randomBytes(size)));
      expect((await store.head(`crc/${size}`))?.crc32).toBe(file.crc32);
    }
  });

  test('does not take a checksum of parts for one of the object', async () => {
    proxy.fail(
      { method: 'HEAD' },
      faults.alterAnswer(({ headers }) => (headers['x-amz-checksum-crc32'] = 'AAAAAA==-2')),
    );
    await store.put('composite', small());
    expect((await store.head('composite'))?.crc32).toBeUndefined();
  });

  test('forbids overwriting in the request that makes an object appear, and in no other', async () => {
    await store.put('wire/small', small());
    await store.put('wire/large', large());
    const conditional = proxy.requests().filter(({ headers }) => headers['if-none-match'] === '*');
    expect(
      conditional.map(({ method, url }) => `${method} ${url.replace(/uploadId=.*/, 'uploadId')}`),
    ).toEqual([`PUT /${bucket}/wire/small?x-id=PutObject`, `POST /${bucket}/wire/large?uploadId`]);
  });

  test('states the checksum of every part and of the whole', async () => {
    const file = await store.put('wire/stated', large());
    const parts = sent('PUT', /partNumber=/);
    expect(parts).toHaveLength(3);
    for (const { headers } of parts) expect(headers['x-amz-checksum-crc32']).toMatch(/^.{6}==$/);
    const [created] = sent('POST', /\?uploads/);
    expect(created?.headers).toMatchObject({
      'x-amz-checksum-algorithm': 'CRC32',
      'x-amz-checksum-type': 'FULL_OBJECT',
    });
    const [completed] = sent('POST', /uploadId=/);
    expect(completed?.headers).toMatchObject({
      'x-amz-checksum-crc32': Buffer.from(file.crc32, 'hex').toString('base64'),
      'x-amz-checksum-type': 'FULL_OBJECT',
      'x-amz-mp-object-size': String(file.bytes),
    });
  });

  test('puts an object into its storage class, in one request or in parts', async () => {
    const classOf = async (Key: string) =>
      (await admin.send(new HeadObjectCommand({ Bucket: bucket, Key }))).StorageClass;
    await store.put('class/small', small(), { storageClass: 'GLACIER_IR' });
    await store.put('class/large', large(), { storageClass: 'STANDARD_IA' });
    await store.put('class/none', large());
    expect(await Promise.all(['small', 'large', 'none'].map((name) => classOf(`class/${name}`)))).toEqual([
      'GLACIER_IR',
      'STANDARD_IA',
      undefined,
    ]);
  });

  test('sends nothing before a small body has ended well', async () => {
    await expect(store.put('early', failingAfter(1000, new Error('no')))).rejects.toThrow('no');
    expect(proxy.requests()).toEqual([]);
  });

  test('reads the newest version of a key, and lists it once', async () => {
    for (const text of ['first', 'second']) {
      await admin.send(new PutObjectCommand({ Bucket: bucket, Key: 'twice/x', Body: text }));
      await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'twice/x' }));
    }
    expect(await listed(store, 'twice/')).toMatchObject([{ key: 'twice/x', bytes: 6, hidden: true }]);
    expect((await read(store, 'twice/x')).toString()).toBe('second');
  });

  test('finds a key below a pile of delete markers, and lists none that has markers alone', async () => {
    await store.put('pile/x', Buffer.from('here'));
    for (let count = 0; count < 25; count++) {
      await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'pile/x' }));
    }
    await admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'pile/never' }));
    expect(await store.head('pile/x')).toMatchObject({ bytes: 4, hidden: true });
    expect(await listed(store, 'pile/')).toMatchObject([{ key: 'pile/x', hidden: true }]);
    expect(await store.head('pile/never')).toBeUndefined();
  });

  test('goes on where a download broke', async () => {
    const bytes = randomBytes(3 * MIB);
    await store.put('broken/once', bytes);
    proxy.fail({ method: 'GET', url: /broken\/once\?.*versionId/, nth: 1 }, faults.breakAnswer);
    expect((await read(store, 'broken/once')).equals(bytes)).toBe(true);
    const ranges = sent('GET', /broken\/once\?/).map(({ headers }) => headers.range);
    expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d+-$/)]);
  });

  test('never ends a broken download well', async () => {
    await store.put('broken/always', randomBytes(3 * MIB));
    proxy.fail({ method: 'GET', url: /broken\/always\?/ }, faults.breakAnswer);
    await expect(read(store, 'broken/always')).rejects.toMatchObject(
      failed(/get of .*broken\/always/, /out of reach/),
    );
  });

  test('never ends a shortened download well', async () => {
    await store.put('short', randomBytes(1000));
    const cut = faults.alterAnswer((answer) => (answer.body = answer.body.subarray(0, 999)));
    proxy.fail({ method: 'GET', url: /short\?/ }, cut);
    await expect(read(store, 'short')).rejects.toMatchObject(failed(/ended after 999 of 1000 bytes/, /./));
  });

  test('puts through a passing failure', async () => {
    const body = randomBytes(2 * PART_BYTES + 5);
    proxy.fail({ method: 'POST', url: /\?uploads/, nth: 1 }, faults.refuse(503, 'SlowDown'));
    proxy.fail({ method: 'PUT', url: /partNumber=1/, nth: 1 }, faults.breakRequest);
    proxy.fail({ method: 'PUT', url: /partNumber=2/, nth: 1 }, faults.refuse(500, 'InternalError'));
    proxy.fail({ method: 'PUT', url: /partNumber=3/, nth: 1 }, faults.loseAnswer);
    proxy.fail({ method: 'POST', url: /uploadId=/, nth: 1 }, faults.refuse(500, 'InternalError'));
    await store.put('passing', inChunks(body));
    expect((await read(store, 'passing')).equals(body)).toBe(true);
  });

  test('waits for the answer to the request that makes the object appear, even when it is told to stop', async () => {
    const stop = new AbortController();
    const stopNow = faults.alterAnswer(() => {
      stop.abort(new Error('too late'));
    });
    proxy.fail({ method: 'POST', url: /uploadId=/ }, stopNow);
    await store.put('late', large(), { signal: stop.signal });
    expect(stop.signal.aborted).toBe(true);
    expect(await store.head('late')).toBeDefined();
  });

  test('says that an object which is there may be our own, when an answer was lost', async () => {
    proxy.fail({ method: 'PUT', nth: 1 }, faults.loseAnswer);
    const put = store.put('lost-answer', small());
    await expect(put).rejects.toThrow(StoreKeyExists);
    await expect(put).rejects.toMatchObject({ hint: expect.stringContaining('sent 2 times') as string });
  });

  const missing = faults.alterAnswer(({ headers }) => delete headers['x-amz-checksum-crc32']);
  const other = faults.alterAnswer(({ headers }) => (headers['x-amz-checksum-crc32'] = 'AAAAAA=='));
  const inAnswer = (replacement: string) =>
    faults.alterAnswer((answer) => {
      answer.body = Buffer.from(
        answer.body.toString().replace(/<ChecksumCRC32>.*<\/ChecksumCRC32>/, replacement),
      );
    });
  const flipped = faults.alterRequest((body) => {
    body[100] = 255 - body[100]!;
    return body;
  });
  const lastPartDropped = faults.alterRequest((body) =>
    Buffer.from(body.toString().replace(/<Part>(?!.*<Part>).*<\/Part>/, '')),
  );
  const error200 = faults.alterAnswer((answer) => {
    answer.body = Buffer.from('<Error><Code>InternalError</Code><Message>Told to fail.</Message></Error>');
  });
  const part2 = { method: 'PUT', url: /partNumber=2/ };
  const complete = { method: 'POST', url: /uploadId=/ };

  test.each<[string, faults.Match, faults.Fault, RegExp, RegExp]>([
    ['a part answered without checksum', part2, missing, /confirm.* answered none/, /must verify/],
    ['a part answered with another checksum', part2, other, /confirm.* answered AAAAAA==/, /must verify/],
    ['a part damaged on its way', part2, flipped, /BadDigest/, /damaged on their way/],
    [
      'a part refused for good',
      part2,
      faults.refuse(500, 'InternalError'),
      /InternalError \(HTTP 500, sent 5 times/,
      /overloaded/,
    ],
    [
      'a part that never arrives',
      part2,
      faults.breakRequest,
      /no answer, sent 5 times.*(ECONNRESET|EPIPE)/,
      /out of reach/,
    ],
    [
      'a part forbidden',
      part2,
      faults.refuse(403, 'AccessDenied'),
      /AccessDenied/,
      /s3:PutObject.*kms:GenerateDataKey/,
    ],
    [
      'no upload begun',
      { url: /\?uploads/ },
      faults.refuse(403, 'AccessDenied'),
      /AccessDenied/,
      /s3:PutObject/,
    ],
    ['a part left out of the whole', complete, lastPartDropped, /BadDigest/, /damaged on their way/],
    [
      'a completion refused',
      complete,
      faults.refuse(500, 'InternalError'),
      /InternalError/,
      /without a manifest/,
    ],
    ['a completion that fails after HTTP 200', complete, error200, /InternalError/, /without a manifest/],
    [
      'a conflict at completion',
      complete,
      faults.refuse(409, 'ConditionalRequestConflict'),
      /Conflict/,
      /Another writer/,
    ],
    ['an upload that is gone', complete, faults.refuse(404, 'NoSuchUpload'), /NoSuchUpload/, /lifecycle/],
  ])('fails a large put and leaves nothing: %s', async (_, match, fault, message, hint) => {
    const key = `failing-${randomBytes(3).toString('hex')}`;
    proxy.fail(match, fault);
    await expect(store.put(key, large())).rejects.toMatchObject(failed(message, hint));
    if (fault !== error200) await nothingAt(key);
  });

  test.each<[string, faults.Fault, RegExp]>([
    ['no checksum', missing, /confirm.* answered none/],
    ['another checksum', other, /confirm.* answered AAAAAA==/],
    ['damaged bytes', flipped, /BadDigest/],
    ['no permission', faults.refuse(403, 'AccessDenied'), /put of s3:.*AccessDenied/],
    ['an overloaded store', faults.refuse(503, 'SlowDown'), /SlowDown/],
  ])('fails a small put: %s', async (_, fault, message) => {
    proxy.fail({ method: 'PUT' }, fault);
    await expect(store.put(`failing-${randomBytes(3).toString('hex')}`, small())).rejects.toMatchObject(
      failed(message, /./),
    );
  });

  test.each([
    ['no checksum', '', /answered none/],
    ['another checksum', '<ChecksumCRC32>AAAAAA==</ChecksumCRC32>', /answered AAAAAA==/],
  ])('fails a large put whose completion is answered with %s', async (_, replacement, message) => {
    proxy.fail(complete, inAnswer(replacement));
    await expect(store.put(`failing-${randomBytes(3).toString('hex')}`, large())).rejects.toMatchObject(
      failed(message, /./),
    );
  });

  test('stops reading its source as soon as a part has failed for good', async () => {
    proxy.fail(part2, faults.refuse(403, 'AccessDenied'));
    await expect(store.put('endless', hangingAfter(3 * PART_BYTES))).rejects.toMatchObject(
      failed(/AccessDenied/, /./),
    );
    await nothingAt('endless');
  });

  test('fails when the store hangs', async () => {
    const impatient = storeAt(proxy.endpoint, 200);
    proxy.fail(part2, faults.hang);
    await expect(impatient.put('hung', large())).rejects.toMatchObject(failed(/Timeout/, /out of reach/));
    await nothingAt('hung');
    await impatient.close();
  });

  test('stops at once while the store hangs', async () => {
    const stop = new AbortController();
    const reason = new Failure('stopped', 'SIGTERM');
    proxy.fail(part2, async (exchange) => {
      await faults.hang(exchange);
      stop.abort(reason);
    });
    const put = store.put('hung', large(), { signal: stop.signal });
    await expect(put).rejects.toBe(reason);
    await nothingAt('hung');
  });

  test('gives the error of its body, not of the requests that it cut off', async () => {
    const error = new Failure('dump-failed', 'pg_dump ended with 1');
    proxy.fail({ method: 'PUT' }, faults.hang);
    await expect(store.put('cut-off', failingAfter(3 * PART_BYTES, error))).rejects.toBe(error);
    await nothingAt('cut-off');
  });

  test('waits only a while for a store that hangs at the end, and says what it could not remove', async () => {
    const hasty = new S3Store(bucket, s3Client({ endpoint: proxy.endpoint }), 100);
    const stop = new AbortController();
    proxy.fail(complete, async (exchange) => {
      await faults.hang(exchange);
      stop.abort(new Failure('stopped', 'SIGTERM'));
    });
    proxy.fail({ method: 'DELETE' }, faults.hang);
    await expect(hasty.put('left', large(), { signal: stop.signal })).rejects.toMatchObject({
      kind: 'stopped',
      message: expect.stringMatching(
        /^SIGTERM And the unfinished upload could not be removed: AbortError/,
      ) as string,
    });
    await removeUpload('left');
    await hasty.close();
  });

  test('says when an unfinished upload could not be removed, under the kind of what failed first', async () => {
    proxy.fail({ method: 'DELETE' }, faults.refuse(403, 'AccessDenied'));
    const error = new Failure('dump-failed', 'pg_dump ended with 1');
    await expect(store.put('left', failingAfter(12 * MIB, error))).rejects.toMatchObject({
      kind: 'dump-failed',
      message: expect.stringMatching(
        /^pg_dump ended with 1 And the unfinished upload.*AccessDenied/,
      ) as string,
      hint: expect.stringContaining('lifecycle') as string,
    });
    await removeUpload('left');
  });

  test('says which permission reading needs', async () => {
    await store.put('forbidden', small());
    const denied = faults.refuse(403, 'AccessDenied');
    proxy.fail({ method: 'GET', url: /forbidden\?/ }, denied);
    await expect(store.get('forbidden')).rejects.toMatchObject(failed(/get of/, /s3:GetObjectVersion/));
    proxy.fail({ method: 'HEAD' }, denied);
    await expect(store.head('forbidden')).rejects.toMatchObject(failed(/head of/, /s3:GetObjectRetention/));
    proxy.fail({ method: 'GET', url: /\?.*versions/ }, denied);
    await expect(listed(store, 'forb')).rejects.toMatchObject(failed(/list of/, /s3:ListBucketVersions/));
    proxy.fail({ method: 'GET', url: /object-lock/ }, denied);
    await expect(store.locks()).rejects.toMatchObject(
      failed(/locks of/, /s3:GetBucketObjectLockConfiguration/),
    );
  });

  test('names a bucket that does not exist, and its region', async () => {
    const nowhere = storeAt(proxy.endpoint, undefined, 'no-such-bucket');
    const steps = [() => nowhere.put('x', small()), () => nowhere.head('x'), () => nowhere.put('x', large())];
    for (const step of steps) {
      await expect(step()).rejects.toMatchObject(
        failed(/s3:\/\/no-such-bucket\/x.*NoSuchBucket/, /region \(eu-central-1\)/),
      );
    }
  });

  test('names an endpoint that is not there', async () => {
    const unreachable = storeAt(`http://127.0.0.1:${await freePort()}`);
    await expect(unreachable.put('x', small())).rejects.toMatchObject(
      failed(/ECONNREFUSED/, /AWS_ENDPOINT_URL/),
    );
    await expect(unreachable.head('x')).rejects.toMatchObject(failed(/ECONNREFUSED/, /AWS_ENDPOINT_URL/));
  });
});
