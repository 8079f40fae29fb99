import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { BackupSchedule } from '../../lib/constructs/backup-schedule';
import { ProgramTask } from '../../lib/constructs/program-task';
import { publishedPlacement } from '../../lib/constructs/task-placement';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import { newApp, type Statement } from '../support/synthesize';

type ScheduleInput = NonNullable<SettingsInput['databases'][string]['schedule']>;

function synthesized(schedule: ScheduleInput = {}, network: SettingsInput['network'] = { mode: 'public' }) {
  const settings = defineSettings({
    name: 'acme',
    network,
    databases: { shop: { connection: 'elsewhere', keepDays: { daily: 30 }, schedule } },
  });
  const stack = new Stack(newApp(), 'test');
  const task = new ProgramTask(stack, 'Task', {
    family: 'acme-backup-shop',
    container: 'backup',
    command: ['backup'],
    image: { image: ContainerImage.fromRegistry('image'), digest: undefined },
    size: settings.databases['shop']!.task,
    compute: settings.compute,
    environment: {},
  });
  new BackupSchedule(stack, 'Schedule', {
    installation: 'acme',
    database: 'shop',
    settings: settings.databases['shop']!.schedule,
    task,
    placement: publishedPlacement(stack, 'acme', settings.network),
  });
  const template = Template.fromStack(stack);
  const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  return { template, schedules, first: schedules[0]!['Properties'] };
}

const TASK = { Ref: expect.stringMatching(/^TaskDefinition/) as string };

test('a backup starts at its time of the settings’ zone, within its flexible minutes', () => {
  const { first, schedules } = synthesized({
    cron: '30 3 * * 1-5',
    timeZone: 'Europe/Berlin',
    flexibleMinutes: 20,
  });
  expect(schedules).toHaveLength(1);
  expect(first).toMatchObject({
    GroupName: 'acme',
    ScheduleExpression: 'cron(30 3 ? * MON,TUE,WED,THU,FRI *)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 20 },
  });
  expect(first.Name).toBeUndefined();
});

test('without flexible minutes it starts on the minute', () => {
  expect(synthesized({ flexibleMinutes: 0 }).first.FlexibleTimeWindow).toEqual({ Mode: 'OFF' });
});

test('a season has a schedule of its own, and the other one leaves its months out', () => {
  const { schedules } = synthesized({ seasons: [{ months: [11, 12], cron: '0 */6 * * *' }] });
  expect(schedules.map(({ Properties }) => Properties.ScheduleExpression as string)).toEqual([
    'cron(0 2 * 1,2,3,4,5,6,7,8,9,10 ? *)',
    'cron(0 0,6,12,18 * 11,12 ? *)',
  ]);
});

test('a start that fails is tried twice more within ten minutes, and then lies in the dead-letter queue', () => {
  const { Target } = synthesized().first;
  expect(Target.RetryPolicy).toEqual({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 });
  expect(Target.DeadLetterConfig.Arn.Ref).toContain('deadletterqueuearn');
});

test('the container is told its slot, and that nobody but the schedule asked', () => {
  expect(JSON.parse(synthesized().first.Target.Input as string)).toEqual({
    containerOverrides: [
      {
        name: 'backup',
        environment: [
          { name: 'BACKSTOP_SLOT', value: '<aws.scheduler.scheduled-time>' },
          { name: 'BACKSTOP_REASON', value: 'scheduled' },
          { name: 'BACKSTOP_REQUESTED_BY', value: 'schedule' },
        ],
      },
    ],
  });
});

test.each([
  ['public', 'ENABLED'],
  ['fixed-egress', 'DISABLED'],
  ['private', 'DISABLED'],
] as const)(
  'in the network %s the task’s public address is %s, and its security groups are named',
  (mode, address) => {
    const { EcsParameters } = synthesized({}, { mode }).first.Target;
    expect(EcsParameters).toMatchObject({ LaunchType: 'FARGATE', TaskDefinitionArn: TASK });
    const { AwsvpcConfiguration } = EcsParameters.NetworkConfiguration;
    expect(AwsvpcConfiguration.AssignPublicIp).toBe(address);
    expect(AwsvpcConfiguration.SecurityGroups.Ref).toContain('securitygroupids');
    expect(AwsvpcConfiguration.Subnets.Ref).toContain('subnetids');
  },
);

describe('the role', () => {
  const { template } = synthesized();
  const [[id, policy]] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([policyId]) =>
    policyId.startsWith('ScheduleStartRole'),
  ) as [[string, { Properties: { PolicyDocument: { Statement: Statement[] } } }]];
  const statements = policy.Properties.PolicyDocument.Statement;

  test('runs this revision of this task, in this cluster', () => {
    const [run] = statements.filter(({ Action }) => Action === 'ecs:RunTask');
    expect(run).toMatchObject({ Resource: TASK });
    expect(JSON.stringify(run?.Condition?.['ArnEquals']?.['ecs:cluster'])).toContain(':cluster/acme');
  });

  test('passes the two roles of this task, and to ECS alone', () => {
    const [pass] = statements.filter(({ Action }) => Action === 'iam:PassRole');
    expect(pass).toMatchObject({
      Resource: [
        { 'Fn::GetAtt': [expect.stringMatching(/^TaskExecutionRole/), 'Arn'] },
        { 'Fn::GetAtt': [expect.stringMatching(/^TaskTaskRole/), 'Arn'] },
      ],
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    });
  });

  test('may do nothing else but write to the dead-letter queue', () => {
    expect(statements.map(({ Action }) => Action).sort()).toEqual([
      'ecs:RunTask',
      'iam:PassRole',
      'sqs:SendMessage',
    ]);
    expect(JSON.stringify(statements)).not.toContain('*');
  });

  test('is assumed for schedules of this group only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      Description: 'Starts backups of shop (acme)',
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Condition: {
              StringEquals: {
                'aws:SourceAccount': { Ref: 'AWS::AccountId' },
                'aws:SourceArn': { 'Fn::Join': ['', Match.arrayWith([':schedule-group/acme'])] },
              },
            },
          }),
        ],
      },
    });
  });

  test('may start the task before the first schedule exists', () => {
    const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    expect(schedule!['DependsOn']).toContain(id);
  });
});
