/** The keeper as it is deployed: when it runs, under which name, and what the bucket lets it through for. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Keeper } from '../../lib/constructs/keeper';
import { StorageAccess } from '../../lib/constructs/storage-access';
import { keeperConfigSchema } from '../../lib/contract/keeper-config';
import { keeperRoleName } from '../../lib/contract/names';
import { evidenceKey } from '../../lib/contract/evidence';
import { manifestKey } from '../../lib/contract/object-keys';
import { defineSettings } from '../../lib/settings/settings';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { MINIMAL, newApp, policyStatement, storageTemplate } from '../support/synthesize';

const keepDays = { daily: 14, monthly: 90 };
const databases = {
  ...MINIMAL.databases,
  web: { connection: 'elsewhere', keepDays, drill: { when: 'never' } },
} as const;
const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';
const place = { account: ACCOUNT, region: REGION };

function synthesized(mode: 'governance' | 'compliance') {
  const settings = defineSettings({ ...MINIMAL, ...place, lock: { mode, days: 7 }, databases });
  const app = newApp();
  const stack = new Stack(app, 'test-compute', { env: place });
  new Keeper(stack, 'Keeper', {
    settings,
    storage: new StorageAccess(stack, settings.name),
    deadLetterQueue: new Queue(stack, 'DeadLetters'),
  });
  const template = Template.fromStack(stack);
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
  const asset = `asset.${String(lambda!['Properties'].Code.S3Key).replace('.zip', '')}`;
  const config: unknown = JSON.parse(readFileSync(path.join(app.outdir, asset, 'config.json'), 'utf8'));
  return { template, config: keeperConfigSchema.parse(config) };
}

const { template, config } = synthesized('governance');

test('it is called for each new manifest and evidence of its bucket, and for nothing else in it', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: {
        bucket: { name: [`test-postgres-${ACCOUNT}-${REGION}`] },
        object: { key: [{ prefix: 'manifests/' }, { prefix: 'evidence/' }] },
      },
    },
  });
  const id = '20260601T020000Z-000000';
  expect(manifestKey('shop', id)).toMatch(/^manifests\//);
  expect(evidenceKey({ database: 'shop', point: id, id })).toMatch(/^evidence\//);
});

test('it sweeps every day, shortly before S3 looks what may go', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'cron(30 22 * * ? *)',
    Targets: [Match.objectLike({ Input: '{"sweep":true}' })],
  });
});

test('what cannot be delivered goes into the dead-letter queue, where an alarm counts it', () => {
  const rules = Object.values(template.findResources('AWS::Events::Rule'));
  expect(rules).toHaveLength(2);
  for (const { Properties } of rules) expect(Properties.Targets[0].DeadLetterConfig.Arn).toBeDefined();
});

test('it believes manifests and evidence by two keys, and signs with neither', () => {
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
  const { BACKSTOP_SIGNER, BACKSTOP_EVIDENCE_SIGNER } = lambda!['Properties'].Environment.Variables as Record<
    string,
    unknown
  >;
  expect(BACKSTOP_SIGNER).toBeDefined();
  expect(BACKSTOP_EVIDENCE_SIGNER).toBeDefined();
  expect(BACKSTOP_EVIDENCE_SIGNER).not.toEqual(BACKSTOP_SIGNER);
  const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
  expect(policies).toContain('kms:GetPublicKey');
  expect(policies).not.toContain('kms:Sign"');
});

test('it is told for which databases drills run', () => {
  expect(config.drilledDatabases).toEqual(['shop']);
});

test('a run that failed three times goes there too', () => {
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 2,
    DestinationConfig: {
      OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DeadLetters'), 'Arn'] } },
    },
  });
});

test('the role has the very name that the policy of the bucket leaves through, to tag and to lock', () => {
  const name = keeperRoleName('test', REGION);
  template.hasResourceProperties('AWS::IAM::Role', { RoleName: name });
  const settings = defineSettings(MINIMAL);
  const storage = Template.fromStack(new StorageStack(newApp(), 'test-storage', { settings, env: place }));
  const denied = policyStatement(storage, 'PostgresBackupsBucketPolicy', 'DenyTagsAndLocks');
  expect(JSON.stringify(denied.Condition)).toContain(`:iam::${ACCOUNT}:role/${name}"`);
});

test('the bucket tells EventBridge of its objects, without a program of the CDK between them', () => {
  const storage = storageTemplate();
  storage.hasResourceProperties('AWS::S3::Bucket', {
    ObjectLockEnabled: true,
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  });
  expect(Object.keys(storage.findResources('Custom::S3BucketNotifications'))).toEqual([]);
});

test('it locks no longer than the policy of the bucket allows', () => {
  expect(config).toMatchObject({ lockMode: 'GOVERNANCE', longestLockDays: 91 });
  const denied = policyStatement(
    storageTemplate({ databases }),
    'PostgresBackupsBucketPolicy',
    'DenyEndlessLocks',
  );
  expect(JSON.stringify(denied.Condition)).toContain(`"${config.longestLockDays}"`);
  expect(synthesized('compliance').config.lockMode).toBe('COMPLIANCE');
});
