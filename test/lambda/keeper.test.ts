/** The bundled keeper, in a process of its own as in Lambda: from EventBridge's event to the lock in the emulator's S3. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { checkObjects } from '../../lib/operations/check-objects';
import { keepPoint } from '../../lib/operations/keeper/keep';
import { systemClock } from '../../lib/runtime/clock';
import { kmsClient, KmsSigner } from '../../lib/runtime/kms-signer';
import { noSigner } from '../../lib/runtime/public-key-signer';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Keeper } from '../../lib/runtime/s3-keeper';
import { S3Store } from '../../lib/runtime/s3-store';
import type { Signer } from '../../lib/runtime/signer';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench } from '../support/make-backup';
import { emulatorEnvironment } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { prefixOf, putPoint } from '../support/made-point';
import { run } from '../support/spawn';
import { versionsIn } from '../runtime/keeper-conformance';

const DAY_MS = 86_400_000;
const CONFIG = { lockMode: 'GOVERNANCE', longestLockDays: 61 } as const;

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-keeper-'));
const environment: Record<string, string> = {};
let admin: S3Client;
let kms: KMSClient;
let bucket: string;
let store: S3Store;
let keeper: S3Keeper;
let signer: Signer;
beforeAll(async () => {
  admin = adminClient();
  kms = new KMSClient();
  const created = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
  const keyArn = created.KeyMetadata!.Arn!;
  signer = new KmsSigner(keyArn, kmsClient());
  environment[ENVIRONMENT.signer] = `kms:${keyArn}`;
  writeFileSync(path.join(folder, 'index.js'), lambdaBundle('keeper').code);
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(CONFIG));
});
beforeEach(async () => {
  bucket = await lockedBucket(admin);
  environment[ENVIRONMENT.store] = `s3://${bucket}`;
  store = new S3Store(bucket, s3Client());
  keeper = new S3Keeper(bucket, s3Client(), 'GOVERNANCE');
});
afterAll(() => {
  admin.destroy();
  kms.destroy();
  rmSync(folder, { recursive: true });
});

/** @returns the lines of its log; rejects with what it threw */
async function keep(event: unknown): Promise<unknown[]> {
  const program = `require('./index.js').handler(${JSON.stringify(event)})`;
  const env = { ...emulatorEnvironment(), ...environment, PATH: process.env['PATH'] };
  const { stdout } = await run(process.execPath, ['-e', program], { cwd: folder, env });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const created = (key: string, name = bucket) => ({
  version: '0',
  id: randomBytes(8).toString('hex'),
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '123456789012',
  time: '2026-11-20T02:00:00Z',
  region: 'eu-central-1',
  resources: [`arn:aws:s3:::${name}`],
  detail: {
    version: '0',
    bucket: { name },
    object: { key, size: 5, etag: 'b57f9512698f4b09e608f4f2a65852e5', 'version-id': 'x', sequencer: '0' },
    'request-id': 'x',
    requester: '123456789012',
    reason: 'PutObject',
  },
});
const daysAgo = (days: number) => ({ startedAt: new Date(Date.now() - days * DAY_MS) });
const lockDays = async (key: string) =>
  Math.round(((await store.head(key))!.lockedUntil!.getTime() - Date.now()) / DAY_MS);

test('a new manifest has its point locked', async () => {
  const key = await putPoint(store, signer, daysAgo(0));
  expect(await keep(created(key))).toEqual([expect.objectContaining({ text: 'locked', versions: 4 })]);
  for await (const object of store.list('')) expect(await lockDays(object.key)).toBe(30);
});

test('a real backup is kept so that "check" finds every lock as long as it must be', async () => {
  const bench = await makeBench(await shopDatabase(), store);
  const { manifestKey: key, manifest } = await bench.backup();
  const trust = { keys: await bench.signer.trustedPublicKeys(), allowUnsigned: false };
  // Two hours later a lock that was not extended is told.
  const now = new Date(Date.now() + 2 * 60 * 60 * 1000);
  const unlocked = async () =>
    (await checkObjects(store, { manifest, manifestKey: key, now })).filter(
      ({ kind }) => kind === 'unlocked',
    );
  expect(await unlocked()).toHaveLength(manifest.files.length + 1);
  await keepPoint(key, { store, keeper, trust, clock: systemClock, ...CONFIG });
  expect(await unlocked()).toEqual([]);
});

test('the sweep tags all points but the newest', async () => {
  for (const days of [2, 1, 0]) await putPoint(store, signer, daysAgo(days));
  await keep({ sweep: true });
  const tagged = [];
  for (const version of await versionsIn(keeper, ''))
    if (await keeper.mayExpire(version)) tagged.push(version.key);
  expect(tagged).toHaveLength(8);
  expect(tagged.every((key) => key.startsWith('points/'))).toBe(true);
  expect(tagged.filter((key) => key.startsWith(prefixOf(daysAgo(0)).slice(0, -15)))).toEqual([]);
});

test('a manifest without a signature makes the run fail, and nothing is locked', async () => {
  const key = await putPoint(store, noSigner, daysAgo(0));
  await expect(keep(created(key))).rejects.toThrow('carries no signature');
  await expect(keep({ sweep: true })).rejects.toThrow(/The sweep found 1 faults.*no signature/);
  expect(await lockDays(key)).toBe(7);
});

test('an event of another bucket, or of another kind, is refused', async () => {
  const key = await putPoint(store, signer, daysAgo(0));
  await expect(keep(created(key, 'other'))).rejects.toThrow('other is not the bucket');
  await expect(keep({ ...created(key), 'detail-type': 'Object Deleted' })).rejects.toThrow();
  await expect(keep({ sweep: false })).rejects.toThrow();
  expect(await lockDays(key)).toBe(7);
});
