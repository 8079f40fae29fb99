/** The guardrails of the deployed bucket: nothing differs after the deployment, and each kind of change is seen. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DisableKeyRotationCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeletePublicAccessBlockCommand,
  DeleteBucketPolicyCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  type LifecycleRule,
} from '@aws-sdk/client-s3';
import { guardrailsOf } from '../../lib/constructs/guardrails';
import { filledIn, guardrailDifferences } from '../../lib/contract/guardrails';
import { liveGuardrails } from '../../lib/runtime/live-guardrails';
import { S3Api } from '../../lib/runtime/s3-api';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { deployStorage, type DeployedStorage } from '../support/deploy';
import { clientOptions, startEmulator, type Emulator } from '../support/emulator';
import { newApp } from '../support/synthesize';

const SETTINGS: SettingsInput = {
  name: 'guarded',
  lock: { days: 5 },
  breakGlassRoleArn: 'arn:aws:iam::123456789012:role/break-glass',
  databases: {
    shop: {
      connection: 'elsewhere',
      keepDays: { daily: 30, yearly: 3650 },
      storage: { yearly: { class: 'DEEP_ARCHIVE', afterDays: 31 } },
    },
  },
};

let emulator: Emulator;
let deployed: DeployedStorage;
let s3: S3Client;
let kms: KMSClient;
let Bucket: string;

beforeAll(async () => {
  emulator = await startEmulator();
  const client = clientOptions(emulator.endpoint);
  s3 = new S3Client({ ...client, forcePathStyle: true });
  kms = new KMSClient(client);
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'backstop-settings-')), 'settings.ts');
  writeFileSync(file, `export default ${JSON.stringify(SETTINGS)};`);
  deployed = await deployStorage(emulator.endpoint, file);
  Bucket = deployed.bucketName;
});

afterAll(async () => {
  s3.destroy();
  kms.destroy();
  await emulator.stop();
});

async function differences(): Promise<string[]> {
  const { postgresBackups, backupKey } = new StorageStack(newApp(), 'guarded-storage', {
    settings: defineSettings(SETTINGS),
  });
  const { bucketName, backupKeyArn: keyArn } = deployed;
  const expected = filledIn(guardrailsOf(postgresBackups, backupKey), { bucketName, keyArn });
  return guardrailDifferences(expected, await liveGuardrails(new S3Api(Bucket, s3), kms, keyArn));
}

async function changeRules(change: (rules: LifecycleRule[]) => LifecycleRule[]): Promise<void> {
  const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  await s3.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: change(Rules) } }),
  );
}

interface Statement {
  readonly Sid?: string;
  readonly [field: string]: unknown;
}

async function changePolicy(change: (statements: Statement[]) => Statement[]): Promise<void> {
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
  const document = JSON.parse(Policy) as { readonly Statement: Statement[] };
  const changed = JSON.stringify({ ...document, Statement: change(document.Statement) });
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: changed }));
}

test('nothing differs after the deployment', async () => {
  expect(await differences()).toEqual([]);
});

/** Each is done to what the ones before it have left. */
test.each<[string, RegExp, () => Promise<unknown>]>([
  [
    'a shorter lock',
    /^default lock is .*"days":1.* instead of .*"days":5/,
    () =>
      s3.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: {
            ObjectLockEnabled: 'Enabled',
            Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
          },
        }),
      ),
  ],
  [
    'copies that go elsewhere',
    /^replication was added: .*thief/,
    () =>
      s3.send(
        new PutBucketReplicationCommand({
          Bucket,
          ReplicationConfiguration: {
            Role: 'arn:aws:iam::123456789012:role/copier',
            Rules: [
              {
                ...{ ID: 'out', Status: 'Enabled', Priority: 1, Filter: { Prefix: '' } },
                DeleteMarkerReplication: { Status: 'Disabled' },
                Destination: { Bucket: 'arn:aws:s3:::thief' },
              },
            ],
          },
        }),
      ),
  ],
  [
    'versions no longer kept',
    /^versioning is "Suspended" instead of "Enabled"/,
    () =>
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
  ],
  [
    'a public access block with a hole',
    /^public access block is .*"blockPublicPolicy":false/,
    () =>
      s3.send(
        new PutPublicAccessBlockCommand({
          Bucket,
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: false,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        }),
      ),
  ],
  [
    'no public access block',
    /^public access block is gone/,
    () => s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
  ],
  [
    'another kind of encryption',
    /^encryption is .*"AES256"/,
    () =>
      s3.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
        }),
      ),
  ],
  [
    'another key',
    /^encryption is .*"key":"arn:aws:kms:eu-central-1:111122223333:key\/other"/,
    () =>
      s3.send(
        new PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [
              {
                BucketKeyEnabled: true,
                ApplyServerSideEncryptionByDefault: {
                  SSEAlgorithm: 'aws:kms',
                  KMSMasterKeyID: 'arn:aws:kms:eu-central-1:111122223333:key/other',
                },
              },
            ],
          },
        }),
      ),
  ],
  [
    'a class that expires earlier',
    /^lifecycle rule expire-daily-shop is .*"Days":1/,
    () =>
      changeRules((rules) =>
        rules.map((rule) => (rule.ID === 'expire-daily-shop' ? { ...rule, Expiration: { Days: 1 } } : rule)),
      ),
  ],
  [
    'a rule without the expiry tag',
    /^lifecycle rule expire-yearly-shop is .*"tags":\[\]/,
    () =>
      changeRules((rules) =>
        rules.map((rule) =>
          rule.ID === 'expire-yearly-shop' ? { ...rule, Filter: { Prefix: rule.Filter?.And?.Prefix } } : rule,
        ),
      ),
  ],
  [
    'one rule more',
    /^lifecycle rule everything was added/,
    () =>
      changeRules((rules) => [
        ...rules,
        { ID: 'everything', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } },
      ]),
  ],
  [
    'a rule that is switched off',
    /^lifecycle rule abort-incomplete-uploads is .*"enabled":false/,
    () =>
      changeRules((rules) =>
        rules.map((rule) =>
          rule.ID === 'abort-incomplete-uploads' ? { ...rule, Status: 'Disabled' as const } : rule,
        ),
      ),
  ],
  [
    'a role more that may delete',
    /^policy statement DenyDestructionOfObjects is .*role\/intruder/,
    () =>
      changePolicy((statements) =>
        statements.map((statement) =>
          statement.Sid === 'DenyDestructionOfObjects'
            ? {
                ...statement,
                Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/intruder' } },
              }
            : statement,
        ),
      ),
  ],
  [
    'a denial that is gone',
    /^policy statement DenyOverwriting is gone/,
    () => changePolicy((statements) => statements.filter(({ Sid }) => Sid !== 'DenyOverwriting')),
  ],
  [
    'another account that may read',
    /^policy statement Share was added: .*"Allow"/,
    () =>
      changePolicy((statements) => [
        ...statements,
        {
          Sid: 'Share',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${Bucket}/*`,
        },
      ]),
  ],
  [
    'no policy at all',
    /^policy statement DenyEndlessLocks is gone/,
    () => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
  ],
  [
    'a key that is no longer rotated',
    /^backup key is .*"rotation":false/,
    () => kms.send(new DisableKeyRotationCommand({ KeyId: deployed.backupKeyArn })),
  ],
  [
    'a key that waits for its deletion',
    /^backup key is .*"state":"PendingDeletion"/,
    // moto takes a key's id alone.
    () => kms.send(new ScheduleKeyDeletionCommand({ KeyId: deployed.backupKeyArn.split('/').at(-1) })),
  ],
])('%s is seen', async (_, words, change) => {
  const seen = async () => (await differences()).filter((difference) => words.test(difference));
  expect(await seen()).toEqual([]);
  await change();
  expect(await seen()).toHaveLength(1);
});
