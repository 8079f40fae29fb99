/** The bundled program itself, in a process of its own as in Lambda, over buckets, keys and a topic of the emulator. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { kmsClient } from '../../lib/runtime/kms-signer';
import { liveGuardrails } from '../../lib/runtime/live-guardrails';
import { openSigner } from '../../lib/runtime/open-signer';
import { S3Api, s3Client } from '../../lib/runtime/s3-api';
import { S3Store } from '../../lib/runtime/s3-store';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench } from '../support/make-backup';
import { monitorConfig } from '../support/monitor-bench';
import { emulatorEnvironment } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { run } from '../support/spawn';

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-monitor-'));
const clients: { destroy(): void }[] = [];
let environment: Record<string, string>;

beforeAll(async () => {
  const admin = adminClient();
  const [kms, sns, s3] = [new KMSClient({}), new SNSClient({}), s3Client()];
  clients.push(admin, kms, sns, s3);
  const { KeyMetadata: signing } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
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
  const signer = await openSigner(`kms:${signing!.Arn!}`);
  const bench = await makeBench(await shopDatabase(), new S3Store(bucket, s3), signer);
  await bench.backup();
  const emails = ['ops@example.com', 'boss@example.com'];
  const config = monitorConfig(['shop', 'garage'], { emails, guardrails });
  writeFileSync(path.join(folder, 'index.js'), lambdaBundle('monitor').code);
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  environment = {
    [ENVIRONMENT.store]: `s3://${bucket}`,
    [ENVIRONMENT.statusStore]: `s3://${status}`,
    [ENVIRONMENT.signer]: `kms:${signing!.Arn!}`,
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

function metricsOf({ lines }: Ended): Ended['lines'] {
  return lines
    .filter((line) => '_aws' in line)
    .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => name !== '_aws')))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

test('a light pass', async () => {
  const ended = await invoke({ pass: 'light' });
  expect(ended.error).toBe('');
  expect(metricsOf(ended)).toEqual([
    {
      ...{ Installation: 'backstop', Database: 'garage' },
      ...{ NewestPointAgeHours: 100_000, FailedRuns: 0, OverdueSlots: 0, StuckRuns: 0 },
    },
    {
      ...{ Installation: 'backstop', Database: 'shop' },
      ...{ NewestPointAgeHours: expect.closeTo(0, 1), FailedRuns: 0, OverdueSlots: 0, StuckRuns: 0 },
    },
    { Installation: 'backstop', MonitorPasses: 1 },
  ]);
});

test('a full pass, with an address that nobody subscribed', async () => {
  const ended = await invoke({ pass: 'full' });
  expect(ended.error).toBe('');
  expect(metricsOf(ended)).toEqual([
    expect.objectContaining({ Database: 'garage', RecoveryPoints: 0, StoredBytes: 0 }),
    expect.objectContaining({ Database: 'shop', RecoveryPoints: 1, FaultyManifests: 0, SizeRatio: 1 }),
    { Installation: 'backstop', GuardrailDifferences: 0 },
    { Installation: 'backstop', UnconfirmedSubscriptions: 1 },
  ]);
  expect(ended.lines).toContainEqual(
    expect.objectContaining({ text: 'No alarm reaches boss@example.com: it never confirmed.' }),
  );
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
    expect(metricsOf(ended)).toEqual([expect.objectContaining({ Database: 'garage', FailedRuns: 1 })]);
  }
});

test('a key that cannot be read silences the databases, and the invocation fails', async () => {
  const signer = 'kms:arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000';
  const ended = await invoke({ pass: 'light' }, { [ENVIRONMENT.signer]: signer });
  expect(metricsOf(ended)).toEqual([]);
  expect(ended.error).toContain('Could not look at 2 of 2');
});

test('a program without its environment names what is missing', async () => {
  const ended = await invoke({ pass: 'light' }, { [ENVIRONMENT.statusStore]: '' });
  expect(ended.error).toContain(ENVIRONMENT.statusStore);
});
