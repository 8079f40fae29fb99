import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { addGuardRules } from '../../lib/constructs/guard-rules';
import { cdkJsonContext } from '../support/synthesize';

const GOOD_BUCKET: Readonly<Record<string, unknown>> = {
  Tags: [{ Key: 'backstop:content', Value: 'recovery-points' }],
  VersioningConfiguration: { Status: 'Enabled' },
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
  ObjectLockEnabled: true,
  ObjectLockConfiguration: {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 } },
  },
};
const RETAINED = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const KEY = { KeyPolicy: { Version: '2012-10-17', Statement: [] } };

const app = new App({ context: cdkJsonContext() });
const stack = new Stack(app, 'guarded');

function add(id: string, type: string, properties: object, policies: object): void {
  const resource = new CfnResource(stack, id, { type, properties: { ...properties } });
  for (const [name, value] of Object.entries(policies)) resource.addOverride(name, value);
}

const addBucket = (id: string, changes: object, policies: object = RETAINED) => {
  add(id, 'AWS::S3::Bucket', { ...GOOD_BUCKET, ...changes }, policies);
};

const ALARM = {
  ComparisonOperator: 'GreaterThanThreshold',
  EvaluationPeriods: 1,
  Namespace: 'Backstop',
  MetricName: 'FailedRuns',
  Period: 300,
  Statistic: 'Maximum',
  Threshold: 0,
  TreatMissingData: 'breaching',
  AlarmActions: ['arn:aws:sns:eu-central-1:111122223333:alarms'],
};
const CONTAINER = {
  Name: 'backup',
  Image: 'example.com/backstop',
  ReadonlyRootFilesystem: true,
  User: '1000:1000',
  LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'blocking' } },
};
const SCHEDULE = {
  FlexibleTimeWindow: { Mode: 'OFF' },
  ScheduleExpression: 'cron(0 2 * * ? *)',
  Target: {
    Arn: 'arn:aws:ecs:eu-central-1:111122223333:cluster/backstop',
    RoleArn: 'arn:aws:iam::111122223333:role/scheduler',
    DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:111122223333:dead-letters' },
    RetryPolicy: { MaximumRetryAttempts: 2 },
  },
};

const addAlarm = (id: string, changes: object) => {
  add(id, 'AWS::CloudWatch::Alarm', { ...ALARM, ...changes }, {});
};
const addTask = (id: string, changes: object) => {
  add(id, 'AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ ...CONTAINER, ...changes }] }, {});
};
const addSchedule = (id: string, changes: object) => {
  add(id, 'AWS::Scheduler::Schedule', { ...SCHEDULE, Target: { ...SCHEDULE.Target, ...changes } }, {});
};
const addSecurityGroup = (id: string, ingress: readonly object[]) => {
  const properties = { GroupDescription: 'tasks', SecurityGroupIngress: ingress };
  add(id, 'AWS::EC2::SecurityGroup', properties, {});
};
const addPolicy = (id: string, statement: object) => {
  const PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] };
  add(id, 'AWS::IAM::Policy', { PolicyName: 'rights', Roles: ['role'], PolicyDocument }, {});
};
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};
const addRole = (id: string, statement: object) => {
  const PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] };
  const Policies = [{ PolicyName: 'rights', PolicyDocument }];
  add(id, 'AWS::IAM::Role', { AssumeRolePolicyDocument: TRUST, Policies }, {});
};

const HTTPS = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
const OBJECTS = 'arn:aws:s3:::backups/*';

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

let report: Report;

/** The rules that the resource with that id breaks. */
const brokenBy = (id: string) => [
  ...new Set(
    report.pluginReports
      .flatMap(({ violations }) => violations)
      .filter(({ violatingConstructs }) =>
        violatingConstructs.some(({ constructPath }) => constructPath === `guarded/${id}`),
      )
      .map(({ ruleName }) => ruleName),
  ),
];

beforeAll(() => {
  addGuardRules(app);
  addBucket('Good', {});
  addBucket('Public', { PublicAccessBlockConfiguration: undefined });
  addBucket('Unversioned', { VersioningConfiguration: undefined });
  addBucket('Deleted', {}, { ...RETAINED, DeletionPolicy: 'Delete' });
  addBucket('Replaced', {}, { ...RETAINED, UpdateReplacePolicy: 'Delete' });
  addBucket('Unlocked', { ObjectLockEnabled: undefined });
  addBucket('UnlockedByDefault', { ObjectLockConfiguration: undefined });
  addBucket('Status', { ObjectLockEnabled: undefined, ObjectLockConfiguration: undefined, Tags: undefined });
  add('GoodKey', 'AWS::KMS::Key', KEY, RETAINED);
  add('DeletedKey', 'AWS::KMS::Key', KEY, { ...RETAINED, DeletionPolicy: 'Delete' });
  addAlarm('GoodAlarm', {});
  addAlarm('SilentAlarm', { AlarmActions: undefined });
  addAlarm('EmptyAlarm', { AlarmActions: [] });
  addAlarm('UndecidedAlarm', { TreatMissingData: undefined });
  add('GoodLog', 'AWS::Logs::LogGroup', { RetentionInDays: 400 }, {});
  add('EndlessLog', 'AWS::Logs::LogGroup', {}, {});
  addTask('GoodTask', {});
  addTask('WritableTask', { ReadonlyRootFilesystem: undefined });
  addTask('NamelessTask', { User: undefined });
  addTask('RootTask', { User: 'root' });
  addTask('ZeroTask', { User: '0:0' });
  addTask('PrivilegedTask', { Privileged: true });
  addTask('DroppingTask', { LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'non-blocking' } } });
  addTask('DefaultLogTask', { LogConfiguration: { LogDriver: 'awslogs', Options: {} } });
  addTask('UnloggedTask', { LogConfiguration: undefined });
  addSchedule('GoodSchedule', {});
  addSchedule('ForgettingSchedule', { DeadLetterConfig: undefined });
  addSchedule('StubbornSchedule', { RetryPolicy: { MaximumRetryAttempts: 185 } });
  addSchedule('DefaultSchedule', { RetryPolicy: undefined });
  const addRule = (id: string, target: object) => {
    const Arn = 'arn:aws:ecs:eu-central-1:111122223333:cluster/acme';
    add(
      id,
      'AWS::Events::Rule',
      { EventPattern: { source: ['aws.s3'] }, Targets: [{ Id: 'X', Arn, ...target }] },
      {},
    );
  };
  const DeadLetterConfig = { Arn: 'arn:aws:sqs:eu-central-1:111122223333:dead' };
  const RetryPolicy = { MaximumEventAgeInSeconds: 3600 };
  addRule('GoodEventRule', { DeadLetterConfig, RetryPolicy });
  addRule('ForgettingEventRule', { RetryPolicy });
  addRule('StubbornEventRule', { DeadLetterConfig });
  addSecurityGroup('GoodGroup', []);
  addSecurityGroup('OpenGroup', [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' }]);
  addSecurityGroup('OpenGroup6', [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv6: '::/0' }]);
  addSecurityGroup('InnerGroup', [{ ...HTTPS, SourceSecurityGroupId: 'sg-0123456789abcdef0' }]);
  add('ClosedGroup', 'AWS::EC2::SecurityGroup', { GroupDescription: 'tasks' }, {});
  const rule = { GroupId: 'sg-0123456789abcdef0', ...HTTPS };
  add('GoodRule', 'AWS::EC2::SecurityGroupIngress', { ...rule, CidrIp: '10.0.0.0/16' }, {});
  add('OpenRule', 'AWS::EC2::SecurityGroupIngress', { ...rule, CidrIp: '0.0.0.0/0' }, {});
  const pass = { Action: 'iam:PassRole', Resource: 'arn:aws:iam::111122223333:role/backup' };
  const toTasks = { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } };
  addPolicy('PassingPolicy', { ...pass, Condition: toTasks });
  addPolicy('PassingAnywherePolicy', pass);
  addRole('PassingAnywhereRole', { ...pass, Action: ['ecs:RunTask', 'iam:PassRole'] });
  addPolicy('GoodPolicy', { Action: ['s3:PutObject', 's3:AbortMultipartUpload'], Resource: OBJECTS });
  addPolicy('DeletingPolicy', { Action: ['s3:PutObject', 's3:DeleteObjectVersion'], Resource: OBJECTS });
  addPolicy('SingleDeletingPolicy', { Action: 's3:DeleteObject', Resource: OBJECTS });
  addPolicy('BypassingPolicy', { Action: 's3:BypassGovernanceRetention', Resource: OBJECTS });
  addPolicy('EverythingPolicy', { Action: 's3:*', Resource: OBJECTS });
  addRole('DeletingRole', { Action: ['s3:GetObject', 's3:DeleteObject'], Resource: OBJECTS });
  add('PlainRole', 'AWS::IAM::Role', { AssumeRolePolicyDocument: TRUST }, {});
  addRole('GoodRole', { Action: 's3:GetObject', Resource: OBJECTS });
  expect(() => app.synth()).toThrow(/validation-report\.json/);
  report = JSON.parse(readFileSync(path.join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
});

test.each([
  ['a public bucket', 'Public', 'buckets_block_public_access'],
  ['a bucket without versions', 'Unversioned', 'buckets_are_versioned'],
  ['a bucket that dies with its stack', 'Deleted', 'buckets_are_retained'],
  ['a bucket that dies when it is replaced', 'Replaced', 'buckets_are_retained'],
  ['a bucket of recovery points without Object Lock', 'Unlocked', 'recovery_points_are_locked'],
  ['a bucket of recovery points without a default lock', 'UnlockedByDefault', 'recovery_points_are_locked'],
  ['a key that dies with its stack', 'DeletedKey', 'keys_are_retained'],
  ['an alarm that tells nobody', 'SilentAlarm', 'alarms_reach_somebody'],
  ['an alarm with an empty list of those it tells', 'EmptyAlarm', 'alarms_reach_somebody'],
  ['an alarm that leaves open what silence means', 'UndecidedAlarm', 'alarms_reach_somebody'],
  ['a log without an end', 'EndlessLog', 'logs_end_some_day'],
  ['a container that can write into its root', 'WritableTask', 'containers_are_confined'],
  ['a container that does not say who it runs as', 'NamelessTask', 'containers_are_confined'],
  ['a container that runs as root', 'RootTask', 'containers_are_confined'],
  ['a container that runs as user 0', 'ZeroTask', 'containers_are_confined'],
  ['a privileged container', 'PrivilegedTask', 'containers_are_confined'],
  ['a container whose log drops lines', 'DroppingTask', 'containers_are_confined'],
  ['a container whose log drops lines by default', 'DefaultLogTask', 'containers_are_confined'],
  ['a container without a log', 'UnloggedTask', 'containers_are_confined'],
  ['a schedule that forgets what it could not deliver', 'ForgettingSchedule', 'schedules_are_bounded'],
  ['a schedule that retries for a day', 'StubbornSchedule', 'schedules_are_bounded'],
  ['a schedule that retries for a day by default', 'DefaultSchedule', 'schedules_are_bounded'],
  [
    'a rule that forgets what it could not deliver',
    'ForgettingEventRule',
    'rules_keep_what_they_could_not_deliver',
  ],
  ['a rule that retries for a day by default', 'StubbornEventRule', 'rules_keep_what_they_could_not_deliver'],
  ['a security group that everybody reaches', 'OpenGroup', 'nothing_listens'],
  ['a security group that everybody reaches by IPv6', 'OpenGroup6', 'nothing_listens'],
  [
    'a rule of a security group that opens it to everybody',
    'OpenRule',
    'rules_of_security_groups_open_nothing',
  ],
  ['a role that is passed to any service', 'PassingAnywherePolicy', 'roles_are_passed_to_one_service'],
  [
    'a role that passes roles among others',
    'PassingAnywhereRole',
    'roles_are_passed_to_one_service_by_themselves',
  ],
  ['a role that deletes objects', 'DeletingPolicy', 'no_role_destroys_objects'],
  ['a role with the one action to delete objects', 'SingleDeletingPolicy', 'no_role_destroys_objects'],
  ['a role that gets round a lock', 'BypassingPolicy', 'no_role_destroys_objects'],
  ['a role with every action of S3', 'EverythingPolicy', 'no_role_destroys_objects'],
  [
    'a role that deletes objects by a policy of its own',
    'DeletingRole',
    'no_role_destroys_objects_by_itself',
  ],
])('cdk synth refuses %s', (_, id, rule) => {
  expect(brokenBy(id)).toContain(rule);
});

const GOOD = [
  'Good',
  'Status',
  'GoodKey',
  'GoodAlarm',
  'GoodLog',
  'GoodTask',
  'GoodSchedule',
  'GoodEventRule',
  'GoodGroup',
  'InnerGroup',
  'ClosedGroup',
  'GoodRule',
  'PassingPolicy',
  'GoodPolicy',
  'GoodRole',
  'PlainRole',
];

test.each(GOOD)('%s, which keeps the rules, passes', (id) => {
  expect(brokenBy(id)).toEqual([]);
});
