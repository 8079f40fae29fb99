/** The monitor as it is deployed: when it runs, what it is told, and what it may do. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { guardrailsOf } from '../../lib/constructs/guardrails';
import { Monitor } from '../../lib/constructs/monitor';
import { StorageAccess } from '../../lib/constructs/storage-access';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { limitsOf } from '../../lib/contract/limits';
import { monitorConfigSchema, scheduledPassSchema } from '../../lib/contract/monitor-config';
import { defineSettings } from '../../lib/settings/settings';
import { StorageStack } from '../../lib/stacks/storage-stack';
import { MINIMAL, newApp } from '../support/synthesize';

const settings = defineSettings({
  ...MINIMAL,
  notifications: { emails: ['ops@example.com'] },
  databases: {
    shop: {
      connection: {
        host: 'db.example.com',
        database: 'shop',
        user: 'backstop',
        password: { secret: 'shop' },
      },
      schedule: {
        cron: '0 3 * * *',
        timeZone: 'Europe/Berlin',
        seasons: [{ months: [12], cron: '0 */6 * * *' }],
      },
      keepDays: { daily: 30, weekly: 56 },
      drill: { expectedMinutes: 45 },
      alarms: { vanishedShare: 0.25, vanishingTables: ['queue.*'] },
    },
    garage: { connection: 'elsewhere', keepDays: { daily: 30 }, drill: { when: 'never' } },
  },
});

const { template, config } = (() => {
  const app = newApp();
  const { postgresBackups, backupKey } = new StorageStack(app, 'test-storage', { settings });
  const stack = new Stack(app, 'test-compute');
  new Monitor(stack, 'Monitor', {
    settings,
    storage: new StorageAccess(stack, settings.name),
    guardrails: guardrailsOf(postgresBackups, backupKey),
    topic: new Topic(stack, 'Topic'),
    topicKey: new Key(stack, 'TopicKey'),
    deadLetterQueue: new Queue(stack, 'DeadLetters'),
  });
  const synthesized = Template.fromStack(stack);
  const [lambda] = Object.values(synthesized.findResources('AWS::Lambda::Function'));
  const asset = `asset.${String(lambda!['Properties'].Code.S3Key).replace('.zip', '')}`;
  const text = readFileSync(path.join(app.outdir, asset, 'config.json'), 'utf8');
  return { template: synthesized, config: monitorConfigSchema.parse(JSON.parse(text)) };
})();

interface PolicyStatementJson {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

function statements(): PolicyStatementJson[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy) => policy['Properties'].PolicyDocument.Statement as PolicyStatementJson[],
  );
}

test.each([
  ['light', 'rate(5 minutes)', 300],
  ['full', 'rate(1 hour)', 3600],
  ['digest', 'cron(0 7 * * ? *)', 7200],
])('the %s pass has its rule', (pass, rate, age) => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: rate,
    State: 'ENABLED',
    Targets: [
      Match.objectLike({
        Input: JSON.stringify({ pass }),
        RetryPolicy: { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: 2 },
        DeadLetterConfig: Match.anyValue(),
      }),
    ],
  });
  expect(scheduledPassSchema.parse({ pass })).toEqual({ pass });
});

test('it is told every database, those elsewhere and without drills too, the lock, and whom alarms should reach', () => {
  expect(config).toMatchObject({
    installation: 'test',
    databases: {
      shop: {
        schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin', flexibleMinutes: 15 },
        longestLifeDays: 57,
        drills: { expectedMinutes: 45 },
        vanishing: { share: 0.25, minimumRows: 1000, tables: ['queue.*'] },
      },
      garage: {
        schedule: { cron: '0 2 * * *', timeZone: 'UTC', expectedMinutes: 30 },
        longestLifeDays: 31,
        drills: null,
        vanishing: { share: 0.5, minimumRows: 1000, tables: [] },
      },
    },
    defaultLockDays: 7,
    emails: ['ops@example.com'],
    runbookUrl: 'docs/runbook.md',
  });
  expect(config.databases['shop']?.limits).toEqual(limitsOf(settings.databases['shop']!));
  expect(config.databases['garage']?.limits.provenHours).toBeNull();
  expect(Object.keys(config.guardrails)).toContain('policy statement DenyOverwriting');
});

test('it is told by its environment what only the deployment knows', () => {
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
  const names = Object.keys(lambda!['Properties'].Environment.Variables as object);
  const { store, statusStore, signer, evidenceSigner, backupKey, alarmTopic } = ENVIRONMENT;
  expect(names.sort()).toEqual([store, statusStore, signer, evidenceSigner, backupKey, alarmTopic].sort());
});

test('no concurrency is reserved, which a new account would refuse', () => {
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(lambda!['Properties'].ReservedConcurrentExecutions).toBeUndefined();
});

test('it reads how the bucket is protected, and changes nothing', () => {
  const actions = statements().flatMap(({ Action }) => Action);
  expect(actions).toEqual(
    expect.arrayContaining(['s3:GetBucketPolicy', 's3:GetLifecycleConfiguration', 'kms:DescribeKey']),
  );
  const changing = actions.filter((action) => !/^[a-z0-9]+:(Get|List|Describe)/.test(action));
  // Its own log, its own pages, reading what is encrypted, and the digest.
  expect([...new Set(changing)].sort()).toEqual([
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:PutObject',
    'sns:Publish',
  ]);
});

test('no statement names every resource', () => {
  expect(statements().filter(({ Resource }) => [Resource].flat().includes('*'))).toEqual([]);
});
