/** The bundled program itself, in a process of its own as in Lambda, over buckets, keys and a topic of the emulator. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { readStatus } from '../../lib/operations/status/read-status';
import { kmsClient } from '../../lib/runtime/kms-signer';
import { liveGuardrails } from '../../lib/runtime/live-guardrails';
import { openSigner } from '../../lib/runtime/open-signer';
import { S3Api, s3Client } from '../../lib/runtime/s3-api';
import { S3Documents } from '../../lib/runtime/s3-documents';
import { S3Store } from '../../lib/runtime/s3-store';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { makeBench } from '../support/make-backup';
import { monitorConfig } from '../support/monitor-bench';
import { emulatorEnvironment } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { run } from '../support/spawn';

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-monitor-'));
const clients: { destroy(): void }[] = [];
let environment: Record<string, string>;
/** As somebody could who may do anything but break a lock. */
let overwrite: () => Promise<unknown>;

beforeAll(async () => {
  const admin = adminClient();
  const [kms, sns, s3] = [new KMSClient({}), new SNSClient({}), s3Client()];
  clients.push(admin, kms, sns, s3);
  const newSigner = async () => {
    const asked = new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    return `kms:${(await kms.send(asked)).KeyMetadata!.Arn!}`;
  };
  const [manifests, proofs] = [await newSigner(), await newSigner()];
  const { KeyMetadata: encrypting } = await kms.send(new CreateKeyCommand({}));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'backstop-alarms' }));
  const subscription = { TopicArn, Protocol: 'email', Endpoint: 'ops@example.com' };
  await sns.send(new SubscribeCommand(subscription));
  const [bucket, status, keyArn] = [
    await lockedBucket(admin),
    await lockedBucket(admin, 1),
    encrypting!.Arn!,
  ];
  const guardrails = await liveGuardrails(new S3Api(bucket, s3), kmsClient(), keyArn);
  const store = new S3Store(bucket, s3);
  const bench = await makeBench(await shopDatabase(), store, await openSigner(manifests));
  const { manifest, manifestKey } = await bench.backup();
  const evidence = evidenceOf(manifest, await buffer(await store.get(manifestKey)), new Date());
  await putEvidence(store, await openSigner(proofs), evidence);
  const [{ key: Key } = { key: '' }] = manifest.files;
  overwrite = () => admin.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'other' }));
  const emails = ['ops@example.com', 'boss@example.com'];
  const config = monitorConfig(['shop', 'garage'], { emails, guardrails });
  writeFileSync(path.join(folder, 'index.js'), lambdaBundle('monitor').code);
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  environment = {
    [ENVIRONMENT.store]: `s3://${bucket}`,
    [ENVIRONMENT.statusStore]: `s3://${status}`,
    [ENVIRONMENT.signer]: manifests,
    [ENVIRONMENT.evidenceSigner]: proofs,
    [ENVIRONMENT.backupKey]: keyArn,
    [ENVIRONMENT.alarmTopic]: TopicArn!,
  };
});

afterAll(() => {
  for (const client of clients) client.destroy();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** Empty for a good end. */
  readonly error: string;
}

/** Every line of its log is JSON, or the metrics in it would be lost. */
async function invoke(event: unknown, changes: Record<string, string> = {}): Promise<Ended> {
  const program = `require('./index.js').handler(${JSON.stringify(event)})`;
  const env = { ...emulatorEnvironment(), ...environment, ...changes, PATH: process.env['PATH'] };
  const { stdout, stderr } = await run(process.execPath, ['-e', program], { cwd: folder, env }).catch(
    (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
  );
  const lines = stdout.split('\n').filter(Boolean);
  return { lines: lines.map((line) => JSON.parse(line) as Ended['lines'][number]), error: stderr };
}

/** Of each database in one, of the installation each for itself; each part of a pass has its line. */
function metricsOf({ lines }: Ended): Ended['lines'] {
  const metrics = lines
    .filter((line) => '_aws' in line)
    .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => name !== '_aws')));
  const byDatabase = Map.groupBy(metrics, (line) => line['Database'] ?? JSON.stringify(line));
  return [...byDatabase.values()]
    .map((parts): Ended['lines'][number] => Object.assign({}, ...parts) as Ended['lines'][number])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

test('a light pass', async () => {
  const ended = await invoke({ pass: 'light' });
  expect(ended.error).toBe('');
  const noFaults = { FailedRuns: 0, OverdueSlots: 0, StuckRuns: 0, FailedDrills: 0, StoredFaults: 0 };
  const now = expect.closeTo(0, 1) as unknown;
  expect(metricsOf(ended)).toEqual([
    {
      ...{ Installation: 'backstop', Database: 'garage', ...noFaults },
      ...{ NewestPointAgeHours: 100_000, ProvenPointAgeHours: 100_000, DrillRestoreSeconds: 0 },
    },
    {
      ...{ Installation: 'backstop', Database: 'shop', ...noFaults },
      ...{ NewestPointAgeHours: now, ProvenPointAgeHours: now, DrillRestoreSeconds: 60 },
    },
    { Installation: 'backstop', MonitorPasses: 1 },
  ]);
});

test('a full pass, with an address that nobody subscribed', async () => {
  const ended = await invoke({ pass: 'full' });
  expect(ended.error).toBe('');
  expect(metricsOf(ended)).toEqual([
    expect.objectContaining({ Database: 'garage', RecoveryPoints: 0, StoredBytes: 0, UnkeptObjects: 0 }),
    expect.objectContaining({ Database: 'shop', RecoveryPoints: 1, FaultyManifests: 0, UnkeptObjects: 0 }),
    { Installation: 'backstop', GuardrailDifferences: 0 },
    { Installation: 'backstop', UnconfirmedSubscriptions: 1 },
  ]);
  expect(ended.lines).toContainEqual(
    expect.objectContaining({ text: 'No alarm reaches boss@example.com: it never confirmed.' }),
  );
});

test('after a full pass the status is there, and its digest goes to the topic', async () => {
  await invoke({ pass: 'full' });
  const client = s3Client();
  const bucketName = environment[ENVIRONMENT.statusStore]!.replace('s3://', '');
  const status = await readStatus(new S3Documents(bucketName, client));
  client.destroy();
  expect(status.databases.map(({ name, proven }) => [name, proven !== null])).toEqual([
    ['shop', true],
    ['garage', false],
  ]);
  expect((await invoke({ pass: 'digest' })).error).toBe('');
  const nowhere = { [ENVIRONMENT.alarmTopic]: 'arn:aws:sns:eu-central-1:123456789012:gone' };
  expect((await invoke({ pass: 'digest' }, nowhere)).error).toContain('takes no message');
});

test('a task that could not start, told by ECS, and told again', async () => {
  const arn = 'arn:aws:ecs:eu-central-1:123456789012';
  const time = new Date().toISOString();
  const event = {
    ...{ source: 'aws.ecs', 'detail-type': 'ECS Task State Change', time },
    detail: {
      taskArn: `${arn}:task/backstop/c13b4cb40f1f4fe4a2971f76ae5a47ad`,
      taskDefinitionArn: `${arn}:task-definition/backstop-backup-garage:1`,
      ...{ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason: 'no such secret' },
      ...{ createdAt: time, stoppedAt: time, containers: [{ name: 'backup' }] },
    },
  };
  for (const ended of [await invoke(event), await invoke(event)]) {
    expect(ended.error).toBe('');
    expect(metricsOf(ended)).toContainEqual(expect.objectContaining({ Database: 'garage', FailedRuns: 1 }));
  }
});

const NO_KEY = 'kms:arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000';

test('a key that cannot be read silences the databases, and the invocation fails', async () => {
  const ended = await invoke({ pass: 'light' }, { [ENVIRONMENT.signer]: NO_KEY });
  expect(metricsOf(ended)).toEqual([]);
  expect(ended.error).toContain('Could not look at 6 of 6');
});

test('the key of evidence that cannot be read silences the drills of who has evidence, and nothing else', async () => {
  const ended = await invoke({ pass: 'light' }, { [ENVIRONMENT.evidenceSigner]: NO_KEY });
  const [garage, shop] = metricsOf(ended);
  expect(garage).toMatchObject({ Database: 'garage', ProvenPointAgeHours: 100_000 });
  expect(shop).toMatchObject({
    Database: 'shop',
    NewestPointAgeHours: expect.closeTo(0, 1),
    StoredFaults: 0,
  });
  expect(shop).not.toHaveProperty('ProvenPointAgeHours');
  expect(ended.error).toContain("Could not look at 1 of 6: shop's drills:");
});

test('a program without its environment names what is missing', async () => {
  const ended = await invoke({ pass: 'light' }, { [ENVIRONMENT.statusStore]: '' });
  expect(ended.error).toContain(ENVIRONMENT.statusStore);
});

test('an object that somebody wrote over is found by the next full pass, and told by the light ones', async () => {
  await overwrite();
  expect(metricsOf(await invoke({ pass: 'light' }))[1]).toMatchObject({ StoredFaults: 0 });
  await invoke({ pass: 'full' });
  const ended = await invoke({ pass: 'light' });
  const unproven = { StoredFaults: 2, ProvenPointAgeHours: 100_000 };
  expect(metricsOf(ended)[1]).toMatchObject({ Database: 'shop', ...unproven });
});
