/** Drills of a database as they are deployed: what they are told, what starts them, and where they may go. */
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { Drills } from '../../lib/constructs/drills';
import { StorageAccess } from '../../lib/constructs/storage-access';
import { drillChecksSchema } from '../../lib/contract/drill-checks';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { matches } from '../support/event-pattern';
import { newApp, type Statement } from '../support/synthesize';

type DatabaseInput = SettingsInput['databases'][string];

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/drill';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const [TASKS, DRILLS] = [`ghcr.io/acme/backstop@${DIGEST}`, `ghcr.io/acme/backstop-drill@${DIGEST}`];

function synthesized(drill: DatabaseInput['drill'], changes: Partial<DatabaseInput> = {}) {
  const settings = defineSettings({
    name: 'acme',
    compute: { images: { '17': TASKS }, drillImages: { '17': DRILLS } },
    databases: {
      shop: { connection: 'elsewhere', keepDays: { daily: 30 }, rpoHours: 26, drill, ...changes },
    },
  });
  const stack = new Stack(newApp(), 'test', { env: { account: '111122223333', region: 'eu-central-1' } });
  const drills = new Drills(stack, 'Drills', { settings, storage: new StorageAccess(stack, 'acme') });
  drills.add(new Construct(stack, 'shop'), 'shop', settings.databases['shop']!);
  const template = Template.fromStack(stack);
  const propertiesOf = (type: string) =>
    Object.values(template.findResources(type)).map(({ Properties }) => Properties as Properties);
  const [definition] = propertiesOf('AWS::ECS::TaskDefinition');
  return { template, propertiesOf, definition, container: definition?.ContainerDefinitions?.[0] };
}

interface Properties {
  readonly ContainerDefinitions?: readonly Container[];
  readonly [name: string]: unknown;
}

interface Container {
  readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly [name: string]: unknown;
}

const environmentOf = (container: Container | undefined) =>
  Object.fromEntries((container?.Environment ?? []).map(({ Name, Value }) => [Name, Value]));

describe('the task', () => {
  test('is of the size that the settings say, and restores the newest point of its database', () => {
    const task = { cpu: 4096, memoryMiB: 16_384, ephemeralStorageGiB: 100 } as const;
    const { definition, container } = synthesized({ task });
    expect(definition).toMatchObject({
      Family: 'acme-drill-shop',
      Cpu: '4096',
      Memory: '16384',
      EphemeralStorage: { SizeInGiB: 100 },
    });
    expect(container).toMatchObject({ Name: 'drill', Command: ['drill', 'newest'], Image: DRILLS });
    expect(environmentOf(container)).toMatchObject({ BACKSTOP_DATABASE: 'shop', BACKSTOP_JOBS: '4' });
  });

  test('is told all that the settings say of drills, in the words of the program', () => {
    const checks = [
      { name: 'orders are recent', sql: 'select max(created_at) > now() - interval $$2 days$$ from orders' },
      { name: 'smoke', command: ['psql', '--command', 'select 1'] },
    ];
    const environment = environmentOf(
      synthesized({ checks, minimumRows: 1000, alsoFailsOn: ['recomputed', 'environment'] }).container,
    );
    expect(environment).toMatchObject({
      BACKSTOP_DRILL_MINIMUM_ROWS: '1000',
      BACKSTOP_DRILL_ALSO_FAILS_ON: 'recomputed,environment',
      BACKSTOP_SCRATCH: '/scratch',
      BACKSTOP_IMAGE_DIGEST: DIGEST,
    });
    const told: unknown = JSON.parse(environment['BACKSTOP_DRILL_CHECKS'] as string);
    expect(drillChecksSchema.parse(told)).toEqual(drillChecksSchema.parse(checks));
  });

  test('refuses a point that is older than the objective and the time of a drill: it would prove what is past', () => {
    expect(environmentOf(synthesized({ expectedMinutes: 90 }).container)).toMatchObject({
      BACKSTOP_DRILL_MAX_AGE_HOURS: '28',
    });
  });

  test('believes the key of manifests, and signs with the one of evidence', () => {
    const environment = environmentOf(synthesized({}).container);
    const keyOf = (name: string) => JSON.stringify(environment[name]).toLowerCase();
    expect(keyOf('BACKSTOP_SIGNER')).toContain('manifestsigningkeyarn');
    expect(keyOf('BACKSTOP_EVIDENCE_SIGNER')).toContain('evidencesigningkeyarn');
  });

  test('on a throw-away server it gets no secret, and its network reaches AWS alone', () => {
    const { container, propertiesOf } = synthesized({});
    expect(container?.['Secrets']).toBeUndefined();
    expect(JSON.stringify(propertiesOf('AWS::Events::Rule'))).toContain('drillsecuritygroupids');
  });

  test('on a server of the settings it gets its URL and password by ECS, and the network of tasks', () => {
    const { container, propertiesOf } = synthesized({ target: { secret: 'acme/drill' } });
    expect(container?.['Secrets']).toEqual([
      { Name: 'BACKSTOP_TO', ValueFrom: `${SECRET}:url::` },
      { Name: 'PGPASSWORD', ValueFrom: `${SECRET}:password::` },
    ]);
    expect(container).toMatchObject({ Image: TASKS });
    expect(JSON.stringify(propertiesOf('AWS::Events::Rule'))).not.toContain('drillsecuritygroupids');
  });
});

describe('the start after a backup', () => {
  const { propertiesOf, template } = synthesized({});
  const [rule, ...others] = propertiesOf('AWS::Events::Rule');
  const [target] = rule?.['Targets'] as Target[];

  test('is one rule, and no schedule', () => {
    expect(others).toEqual([]);
    expect(propertiesOf('AWS::Scheduler::Schedule')).toEqual([]);
  });

  test.each<[string, string, { readonly bucket?: string; readonly 'detail-type'?: string }, boolean]>([
    ['a new manifest', 'manifests/postgres/shop/20261120T020000Z-0a1b2c.json', {}, true],
    [
      'one of a database whose name only begins so',
      'manifests/postgres/shop-eu/20261120T020000Z-0a1b2c.json',
      {},
      false,
    ],
    ['an object of a point', 'points/daily/postgres/shop/20261120T020000Z-0a1b2c/README.txt', {}, false],
    ['its own evidence', 'evidence/postgres/shop/x/y.json', {}, false],
    ['a lock of a manifest', 'manifests/postgres/shop/x.json', { 'detail-type': 'Object Tags Added' }, false],
    [
      'a manifest of another installation',
      'manifests/postgres/shop/20261120T020000Z-0a1b2c.json',
      { bucket: 'test-postgres-111122223333-eu-central-1' },
      false,
    ],
  ])('%s: %s', (_, key, { bucket = 'acme-postgres-111122223333-eu-central-1', ...changes }, starts) => {
    const event = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: bucket }, object: { key } },
      ...changes,
    };
    expect(matches(rule?.['EventPattern'] as never, event)).toBe(starts);
  });

  test('runs this revision of the task on Fargate, where it has a network', () => {
    expect(target?.EcsParameters).toMatchObject({
      LaunchType: 'FARGATE',
      TaskDefinitionArn: { Ref: expect.stringMatching(/^shopDrillTaskDefinition/) as string },
      NetworkConfiguration: { AwsVpcConfiguration: { AssignPublicIp: 'ENABLED' } },
    });
  });

  test('says that no person asked', () => {
    expect(JSON.parse(target?.Input ?? '')).toEqual({
      containerOverrides: [
        {
          name: 'drill',
          environment: [
            { name: 'BACKSTOP_REASON', value: 'after a backup' },
            { name: 'BACKSTOP_REQUESTED_BY', value: 'backup' },
          ],
        },
      ],
    });
  });

  test('is tried for an hour, and then lies in the dead-letter queue', () => {
    expect(target?.RetryPolicy).toEqual({ MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 3600 });
    expect(JSON.stringify(target?.DeadLetterConfig)).toContain('deadletterqueuearn');
  });

  test('waits for the role that may start it', () => {
    const [resource] = Object.values(template.findResources('AWS::Events::Rule'));
    expect(JSON.stringify(resource?.['DependsOn'])).toContain('DrillsStartRole');
  });
});

interface Target {
  readonly EcsParameters: unknown;
  readonly Input: string;
  readonly RetryPolicy: unknown;
  readonly DeadLetterConfig: unknown;
}

test('with times of its own it has a schedule with its zone and window, and no rule', () => {
  const when = { cron: '0 6 * * 1', timeZone: 'Europe/Berlin', flexibleMinutes: 30 };
  const { propertiesOf } = synthesized({ when });
  expect(propertiesOf('AWS::Events::Rule')).toEqual([]);
  expect(propertiesOf('AWS::Scheduler::Schedule')).toEqual([
    expect.objectContaining({
      ScheduleExpression: 'cron(0 6 ? * MON *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
      GroupName: 'acme',
    }),
  ]);
});

test('without drills there is no task, and nothing that could start one', () => {
  const { propertiesOf } = synthesized({ when: 'never' });
  for (const type of ['AWS::ECS::TaskDefinition', 'AWS::Events::Rule', 'AWS::Scheduler::Schedule'])
    expect(propertiesOf(type)).toEqual([]);
});

describe('the role that starts drills', () => {
  const { template } = synthesized({});

  test('runs the tasks of drills with their roles in this cluster, and may nothing else', () => {
    const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
      id.startsWith('DrillsStartRole'),
    );
    const statements = policy?.[1]['Properties'].PolicyDocument.Statement as Statement[];
    expect(statements.map(({ Action }) => Action).sort()).toEqual([
      'ecs:RunTask',
      'iam:PassRole',
      'sqs:SendMessage',
    ]);
    expect(JSON.stringify(statements)).not.toContain('*');
  });

  test('is taken for rules and schedules of this account alone', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      Description: 'Starts drills of acme',
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: { StringEquals: Match.objectLike({ 'aws:SourceArn': Match.anyValue() }) },
          }),
          Match.objectLike({
            Principal: { Service: 'events.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: { 'aws:SourceArn': Match.anyValue() },
            },
          }),
        ],
      },
    });
  });
});
