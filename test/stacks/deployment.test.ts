/** What the emulator can prove of the deployed stack. Bucket policies and IAM it cannot: see test/constructs. */
import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DescribeKeyCommand, GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { canonicalBytes, keySha256, verifySignature, type Envelope } from '../../lib/contract/envelope';
import { deployStorage, type DeployedStorage } from '../support/deploy';
import { clientOptions, startEmulator, type Emulator } from '../support/emulator';

let emulator: Emulator;
let deployed: DeployedStorage;
let s3: S3Client;
let kms: KMSClient;

beforeAll(async () => {
  emulator = await startEmulator();
  const client = clientOptions(emulator.endpoint);
  s3 = new S3Client({ ...client, forcePathStyle: true });
  kms = new KMSClient(client);
  const settings = path.join(mkdtempSync(path.join(tmpdir(), 'backstop-settings-')), 'settings.ts');
  writeFileSync(
    settings,
    `export default { name: 'rehearsal', lock: { days: 5 }, databases: { shop: { connection: 'elsewhere', keepDays: { daily: 30 } } } };`,
  );
  deployed = await deployStorage(emulator.endpoint, settings);
});

afterAll(async () => {
  s3.destroy();
  kms.destroy();
  await emulator.stop();
});

test('the names are those that other stacks can know without asking', () => {
  expect(deployed).toMatchObject({
    bucketName: 'rehearsal-postgres-123456789012-eu-central-1',
    statusBucketName: 'rehearsal-status-123456789012-eu-central-1',
    accessLogBucketName: 'rehearsal-access-logs-123456789012-eu-central-1',
  });
});

test.each([
  ['backup-key-arn', 'backupKeyArn'],
  ['manifest-signing-key-arn', 'signingKeyArn'],
  ['evidence-signing-key-arn', 'evidenceSigningKeyArn'],
] as const)('the parameter /rehearsal/%s holds the key that the output %s names', async (name, output) => {
  const answer = await fetch(emulator.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.GetParameter',
      authorization: 'AWS4-HMAC-SHA256 Credential=testing/20261120/eu-central-1/ssm/aws4_request',
    },
    body: JSON.stringify({ Name: `/rehearsal/${name}` }),
  });
  expect(await answer.json()).toMatchObject({ Parameter: { Value: deployed[output] } });
});

test('the backup bucket is private, locks, keeps versions, encrypts with its key and expires tagged points', async () => {
  const bucket = { Bucket: deployed.bucketName };
  const lock = await s3.send(new GetObjectLockConfigurationCommand(bucket));
  expect(lock.ObjectLockConfiguration).toMatchObject({
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 5 } },
  });
  expect((await s3.send(new GetBucketVersioningCommand(bucket))).Status).toBe('Enabled');
  const encryption = await s3.send(new GetBucketEncryptionCommand(bucket));
  expect(encryption.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
    {
      BucketKeyEnabled: true,
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: deployed.backupKeyArn },
    },
  ]);
  const access = await s3.send(new GetPublicAccessBlockCommand(bucket));
  expect(access.PublicAccessBlockConfiguration).toMatchObject({
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  });
  const lifecycle = await s3.send(new GetBucketLifecycleConfigurationCommand(bucket));
  expect(lifecycle.Rules?.[0]).toMatchObject({
    Expiration: { Days: 30 },
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    Filter: { And: { Prefix: 'points/daily/postgres/shop/', Tags: [{ Key: 'expire', Value: 'yes' }] } },
  });
});

test('an object is locked from its birth: its version cannot be deleted', async () => {
  const object = {
    Bucket: deployed.bucketName,
    Key: `points/daily/postgres/shop/${randomBytes(4).toString('hex')}`,
  };
  const { VersionId } = await s3.send(new PutObjectCommand({ ...object, Body: 'dump', IfNoneMatch: '*' }));
  const { ObjectLockRetainUntilDate } = await s3.send(new HeadObjectCommand(object));
  const lockedDays = (ObjectLockRetainUntilDate!.getTime() - Date.now()) / 86_400_000;
  expect(lockedDays).toBeGreaterThan(4.9);
  await expect(s3.send(new DeleteObjectCommand({ ...object, VersionId }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});

test('the status bucket takes an overwritten page', async () => {
  const page = { Bucket: deployed.statusBucketName, Key: 'index.html' };
  await s3.send(new PutObjectCommand({ ...page, Body: 'first' }));
  const { VersionId } = await s3.send(new PutObjectCommand({ ...page, Body: 'second' }));
  await s3.send(new DeleteObjectCommand({ ...page, VersionId }));
});

test.each(['signingKeyArn', 'evidenceSigningKeyArn'] as const)(
  '%s: a document that it signed is verified offline with its public key',
  async (name) => {
    const KeyId = deployed[name];
    const payload: Envelope['payload'] = { type: 'recovery-point', version: 1, id: 'x' };
    const { Signature } = await kms.send(
      new SignCommand({ KeyId, Message: canonicalBytes(payload), SigningAlgorithm: 'ECDSA_SHA_256' }),
    );
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey!), format: 'der', type: 'spki' });
    const envelope: Envelope = {
      payload,
      signature: {
        algorithm: 'ECDSA_SHA_256',
        keySha256: keySha256(publicKey),
        value: Buffer.from(Signature!).toString('base64'),
      },
    };
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(verifySignature(envelope, [pem])).toBe('valid');
    expect(verifySignature({ ...envelope, payload: { ...payload, id: 'y' } }, [pem])).toBe('invalid');
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.MultiRegion).toBe(true);
  },
);

test('manifests and evidence are signed by different keys', () => {
  expect(deployed.signingKeyArn).not.toBe(deployed.evidenceSigningKeyArn);
});
