/** The emulator answers as S3 does where a program's promise hangs on it; moto alone does not. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { sharedServers } from './shared-servers';

const client = new S3Client({
  endpoint: sharedServers().emulator,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  forcePathStyle: true,
  maxAttempts: 1,
});
const location = { CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } } as const;
const body = Buffer.from('a recovery point');
const crc = crc32Base64(body);
const wrongCrc = crc32Base64(Buffer.from('something else'));
const wrongSha = sha256Base64(Buffer.from('something else'));

let bucketNumber = 0;
async function freshBucket(options: { readonly lockDays?: number } = {}): Promise<string> {
  const Bucket = `emulator-${process.pid}-${Date.now()}-${++bucketNumber}`;
  const locked = options.lockDays !== undefined;
  await client.send(new CreateBucketCommand({ Bucket, ...location, ObjectLockEnabledForBucket: locked }));
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  if (locked) {
    const DefaultRetention = { Mode: 'GOVERNANCE', Days: options.lockDays } as const;
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } } as const;
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  }
  return Bucket;
}

function crc32Base64(...chunks: Buffer[]): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(Buffer.concat(chunks)));
  return value.toString('base64');
}

function sha256Base64(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

afterAll(() => {
  client.destroy();
});

describe('an upload in parts', () => {
  const parts = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('the end')];

  async function uploadParts(Bucket: string, Key: string, type: 'FULL_OBJECT' | 'COMPOSITE' = 'FULL_OBJECT') {
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType: type }),
    );
    const Parts = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const answer = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag: answer.ETag, ChecksumCRC32: answer.ChecksumCRC32 });
    }
    return { Bucket, Key, UploadId, MultipartUpload: { Parts } };
  }

  test('is locked by the default retention of its bucket', async () => {
    const Bucket = await freshBucket({ lockDays: 3 });
    const upload = await uploadParts(Bucket, 'k');
    await client.send(new CompleteMultipartUploadCommand(upload));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(head.ObjectLockMode).toBe('GOVERNANCE');
    const days = (head.ObjectLockRetainUntilDate!.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(2.9);
    const forever = new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: head.VersionId });
    await expect(client.send(forever)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('stays unlocked in a bucket without default retention', async () => {
    const Bucket = await freshBucket();
    await client.send(new CompleteMultipartUploadCommand(await uploadParts(Bucket, 'k')));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(head.ObjectLockMode).toBeUndefined();
  });

  test('answers with the checksum of the whole object, and so does its head', async () => {
    const Bucket = await freshBucket();
    const answer = await client.send(new CompleteMultipartUploadCommand(await uploadParts(Bucket, 'k')));
    const whole = { ChecksumCRC32: crc32Base64(...parts), ChecksumType: 'FULL_OBJECT' };
    expect(answer).toMatchObject(whole);
    const head = new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' });
    expect(await client.send(head)).toMatchObject({ ...whole, VersionId: answer.VersionId });
  });

  test('with a checksum of checksums says so', async () => {
    const Bucket = await freshBucket();
    const upload = await uploadParts(Bucket, 'k', 'COMPOSITE');
    const answer = await client.send(new CompleteMultipartUploadCommand(upload));
    const digests = parts.map((part) => Buffer.from(crc32Base64(part), 'base64'));
    const composite = { ChecksumCRC32: `${crc32Base64(...digests)}-2`, ChecksumType: 'COMPOSITE' };
    expect(answer).toMatchObject(composite);
    const head = new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' });
    expect(await client.send(head)).toMatchObject(composite);
  });

  test('is completed when the stated checksum of the whole object is right', async () => {
    const upload = await uploadParts(await freshBucket(), 'k');
    const ChecksumCRC32 = crc32Base64(...parts);
    const complete = new CompleteMultipartUploadCommand({
      ...upload,
      ChecksumCRC32,
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await client.send(complete)).toMatchObject({ ChecksumCRC32 });
  });

  test('is not completed when the stated checksum of the whole object is wrong', async () => {
    const upload = await uploadParts(await freshBucket(), 'k');
    const { Bucket, Key, UploadId } = upload;
    const complete = new CompleteMultipartUploadCommand({
      ...upload,
      ChecksumCRC32: wrongCrc,
      ChecksumType: 'FULL_OBJECT',
    });
    await expect(client.send(complete)).rejects.toMatchObject({
      name: 'BadDigest',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads).toMatchObject([{ UploadId }]);
  });

  test('is not completed when a part is not the one that was meant', async () => {
    const upload = await uploadParts(await freshBucket(), 'k');
    upload.MultipartUpload.Parts[1]!.ChecksumCRC32 = wrongCrc;
    await expect(client.send(new CompleteMultipartUploadCommand(upload))).rejects.toMatchObject({
      name: 'InvalidPart',
    });
  });

  test('refuses a part whose bytes are not those of its checksum', async () => {
    const upload = await uploadParts(await freshBucket(), 'k');
    const { Bucket, Key, UploadId } = upload;
    const part = { Bucket, Key, UploadId, PartNumber: 2, Body: body };
    await expect(
      client.send(new UploadPartCommand({ ...part, ChecksumCRC32: wrongCrc })),
    ).rejects.toMatchObject({
      name: 'BadDigest',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await client.send(new UploadPartCommand({ ...part, ChecksumCRC32: crc }))).toMatchObject({
      ChecksumCRC32: crc,
    });
  });

  test('never replaces an object when told not to', async () => {
    const Bucket = await freshBucket();
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: body }));
    const upload = await uploadParts(Bucket, 'k');
    await expect(
      client.send(new CompleteMultipartUploadCommand({ ...upload, IfNoneMatch: '*' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
  });
});

describe('an object put whole', () => {
  test.each([
    ['CRC-32', { ChecksumCRC32: wrongCrc }],
    ['SHA-256', { ChecksumSHA256: wrongSha }],
  ])('is refused when its %s is wrong', async (_, checksum) => {
    const Bucket = await freshBucket();
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body: body, ...checksum });
    await expect(client.send(put)).rejects.toMatchObject({
      name: 'BadDigest',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  test.each([
    ['CRC-32', { ChecksumCRC32: crc }],
    ['SHA-256', { ChecksumSHA256: sha256Base64(body) }],
  ])('is answered with its %s, also by its head and with its bytes', async (_, checksum) => {
    const Bucket = await freshBucket({ lockDays: 1 });
    expect(
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: body, ...checksum })),
    ).toMatchObject(checksum);
    const wanted = { ...checksum, ChecksumType: 'FULL_OBJECT' };
    const read = { Bucket, Key: 'k', ChecksumMode: 'ENABLED' } as const;
    expect(await client.send(new HeadObjectCommand(read))).toMatchObject(wanted);
    const got = await client.send(new GetObjectCommand(read));
    expect(got).toMatchObject(wanted);
    expect(await got.Body!.transformToString()).toBe(body.toString());
  });

  test('as a stream carries its checksum behind it', async () => {
    const Bucket = await freshBucket();
    const Body = Readable.from([body]);
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: body.length });
    expect(await client.send(put)).toMatchObject({ ChecksumCRC32: crc });
    const head = new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' });
    expect(await client.send(head)).toMatchObject({ ChecksumCRC32: crc });
  });

  test('with a checksum that the emulator cannot verify is refused', async () => {
    const Bucket = await freshBucket();
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body: body, ChecksumCRC64NVME: 'AAAAAAAAAAA=' });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  test('still takes tags', async () => {
    const Bucket = await freshBucket();
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: body }));
    const Tagging = { TagSet: [{ Key: 'expire', Value: 'yes' }] };
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging }));
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ TagCount: 1 });
  });
});

describe('If-None-Match: *', () => {
  test('refuses an object whose key exists', async () => {
    const put = { Bucket: await freshBucket(), Key: 'k', Body: body, IfNoneMatch: '*' };
    await client.send(new PutObjectCommand(put));
    await expect(client.send(new PutObjectCommand(put))).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  });

  test('takes an object whose key is hidden by a delete marker, as S3 does', async () => {
    const put = { Bucket: await freshBucket(), Key: 'k', Body: body, IfNoneMatch: '*' };
    await client.send(new PutObjectCommand(put));
    await client.send(new DeleteObjectCommand({ Bucket: put.Bucket, Key: put.Key }));
    const again = await client.send(new PutObjectCommand(put));
    expect(again.VersionId).toBeDefined();
  });

  test('lets exactly one of many writers win', async () => {
    const put = { Bucket: await freshBucket(), Key: 'k', Body: body, IfNoneMatch: '*' };
    const attempts = Array.from({ length: 12 }, () => client.send(new PutObjectCommand(put)));
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });
});

test('a thaw takes a while, is asked for once, and only then the bytes are read', async () => {
  const object = { Bucket: await freshBucket(), Key: 'k' };
  await client.send(new PutObjectCommand({ ...object, Body: body, StorageClass: 'GLACIER' }));
  await expect(client.send(new GetObjectCommand(object))).rejects.toMatchObject({
    name: 'InvalidObjectState',
  });
  const thaw = new RestoreObjectCommand({ ...object, RestoreRequest: { Days: 1 } });
  await client.send(thaw);
  await expect(client.send(thaw)).rejects.toMatchObject({ name: 'RestoreAlreadyInProgress' });
  const restored = async () => (await client.send(new HeadObjectCommand(object))).Restore ?? '';
  while (!(await restored()).includes('ongoing-request="false"')) await new Promise(setImmediate);
  const { Body } = await client.send(new GetObjectCommand(object));
  expect(await Body?.transformToString()).toBe(body.toString());
});
