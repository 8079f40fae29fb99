/** The bundled keeper, in a process of its own as in Lambda: from EventBridge's event to locks and holds in the emulator's S3. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { checkObjects } from '../../lib/operations/check-objects';
import { keepPoint } from '../../lib/operations/keeper/keep';
import { believeManifest } from '../../lib/operations/read-manifest';
import { systemClock } from '../../lib/runtime/clock';
import { kmsClient, KmsSigner } from '../../lib/runtime/kms-signer';
import { noSigner } from '../../lib/runtime/public-key-signer';
import type { ObjectVersion } from '../../lib/runtime/protected-objects';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Keeper } from '../../lib/runtime/s3-keeper';
import { S3Store } from '../../lib/runtime/s3-store';
import type { Signer } from '../../lib/runtime/signer';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench } from '../support/make-backup';
import { emulatorEnvironment } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { manifestKeyOf, prefixOf, putPoint, type MadePoint } from '../support/made-point';
import { run } from '../support/spawn';
import { versionsIn } from '../runtime/keeper-conformance';

const DAY_MS = 86_400_000;
const CONFIG = { lockMode: 'GOVERNANCE', longestLockDays: 61, drilledDatabases: ['shop'] } as const;

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-keeper-'));
const environment: Record<string, string> = {};
let admin: S3Client;
let kms: KMSClient;
let bucket: string;
let store: S3Store;
let keeper: S3Keeper;
let signer: Signer;
let evidenceSigner: Signer;
beforeAll(async () => {
  admin = adminClient();
  kms = new KMSClient();
  signer = await newSigner(ENVIRONMENT.signer);
  evidenceSigner = await newSigner(ENVIRONMENT.evidenceSigner);
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

/** A key in the emulator's KMS, which the program gets under that name. */
async function newSigner(variable: string): Promise<Signer> {
  const made = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
  const keyArn = made.KeyMetadata!.Arn!;
  environment[variable] = `kms:${keyArn}`;
  return new KmsSigner(keyArn, kmsClient());
}

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
  const tools = { store, keeper, trust, evidenceTrust: trust, clock: systemClock, ...CONFIG };
  await keepPoint(key, tools);
  expect(await unlocked()).toEqual([]);
});

/** A drill of it. @returns the key of its evidence */
async function prove(point: MadePoint, by = evidenceSigner): Promise<string> {
  const bytes = await buffer(await store.get(manifestKeyOf(point)));
  const trust = { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
  const manifest = believeManifest(bytes, trust, manifestKeyOf(point));
  return putEvidence(store, by, evidenceOf(manifest, bytes, new Date()));
}

const versionsWhere = async (is: (version: ObjectVersion) => Promise<boolean>) => {
  const versions = await versionsIn(keeper, '');
  const answers = await Promise.all(versions.map(is));
  return versions.filter((_, index) => answers[index] === true);
};
const held = () => versionsWhere((version) => keeper.onHold(version));

test('new evidence has its point put on hold: not even who may break locks deletes it then', async () => {
  const point = daysAgo(0);
  const manifest = await putPoint(store, signer, point);
  const evidence = await prove(point);
  expect(await keep(created(evidence))).toEqual([
    expect.objectContaining({ text: 'drilled', outcome: 'proven', held: expect.any(String) as string }),
  ]);
  const versions = await held();
  expect(versions.map(({ key }) => key)).toEqual(expect.arrayContaining([evidence, manifest]));
  expect(versions).toHaveLength(6);
  for (const { key: Key, versionId: VersionId } of versions) {
    const deletion = { Bucket: bucket, Key, VersionId, BypassGovernanceRetention: true };
    await expect(admin.send(new DeleteObjectCommand(deletion))).rejects.toThrow(/Access Denied/);
  }
  expect(await held()).toHaveLength(6);
});

test('the sweep holds the newest proven point, releases the one before, and tags what is older', async () => {
  const [oldest, before, newest, unproven] = [daysAgo(3), daysAgo(2), daysAgo(1), daysAgo(0)];
  for (const point of [oldest, before, newest, unproven]) await putPoint(store, signer, point);
  await prove(before);
  await keep({ sweep: true });
  const old = await held();
  await prove(newest);
  expect(await keep({ sweep: true })).toEqual([
    expect.objectContaining({ text: 'swept', held: 1, released: 1, tagged: 1, locked: 3 }),
  ]);
  expect((await held()).filter(({ key }) => key.startsWith(prefixOf(newest)))).toHaveLength(4);
  expect(await held()).toHaveLength(6);
  for (const version of old) expect(await keeper.onHold(version)).toBe(false);
  const tagged = await versionsWhere((version) => keeper.mayExpire(version));
  expect(tagged.map(({ key }) => key).sort()).toEqual(
    [...(await versionsIn(keeper, prefixOf(oldest))), ...(await versionsIn(keeper, prefixOf(before)))]
      .map(({ key }) => key)
      .sort(),
  );
  const history = await versionsIn(keeper, 'audit/keeper/shop/');
  expect(history.map(({ key }) => /(held|released)\.json$/.exec(key)?.[1])).toEqual([
    'held',
    'released',
    'held',
  ]);
});

test('evidence that was signed by the key of manifests is told, and holds nothing', async () => {
  const point = daysAgo(0);
  await putPoint(store, signer, point);
  const key = await prove(point, signer);
  const told = [
    expect.objectContaining({
      event: 'warning',
      text: expect.stringMatching(/is signed by the key/) as string,
    }),
  ];
  expect(await keep(created(key))).toEqual(told);
  expect(await keep({ sweep: true })).toEqual(expect.arrayContaining(told));
  expect(await held()).toEqual([]);
});

test('without drills the sweep tags all points but the newest', async () => {
  for (const days of [2, 1, 0]) await putPoint(store, signer, { ...daysAgo(days), database: 'web' });
  await keep({ sweep: true });
  const tagged = [];
  for (const version of await versionsIn(keeper, ''))
    if (await keeper.mayExpire(version)) tagged.push(version.key);
  expect(tagged).toHaveLength(8);
  expect(tagged.every((key) => key.startsWith('points/'))).toBe(true);
  const newest = prefixOf({ ...daysAgo(0), database: 'web' });
  expect(tagged.filter((key) => key.startsWith(newest.slice(0, -15)))).toEqual([]);
});

test('a manifest without a signature is told in the log, and nothing is locked: no run fails for it', async () => {
  const key = await putPoint(store, noSigner, daysAgo(0));
  const text = expect.stringMatching(/^Not believed: .* carries no signature/) as string;
  const told = expect.objectContaining({ event: 'warning', text }) as unknown;
  expect(await keep(created(key))).toEqual([told]);
  expect(await keep({ sweep: true })).toEqual([expect.objectContaining({ text: 'swept', locked: 0 }), told]);
  expect(await lockDays(key)).toBe(7);
});

test('a point that has lost an object makes the run fail, so that the alarm comes', async () => {
  const point = daysAgo(0);
  const key = await putPoint(store, signer, point);
  const [version] = await versionsIn(keeper, `${prefixOf(point)}dump/1.dat`);
  const deletion = { Bucket: bucket, Key: version!.key, VersionId: version!.versionId };
  await admin.send(new DeleteObjectCommand({ ...deletion, BypassGovernanceRetention: true }));
  await expect(keep(created(key))).rejects.toThrow('names 1 objects that are not there');
  await expect(keep({ sweep: true })).rejects.toThrow(/The keeper found 1 faults.*are not there/);
});

test('an event of another bucket, or of another kind, is refused', async () => {
  const key = await putPoint(store, signer, daysAgo(0));
  await expect(keep(created(key, 'other'))).rejects.toThrow('other is not the bucket');
  await expect(keep({ ...created(key), 'detail-type': 'Object Deleted' })).rejects.toThrow();
  await expect(keep({ sweep: false })).rejects.toThrow();
  expect(await lockDays(key)).toBe(7);
});
