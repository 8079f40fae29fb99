/** Every template of every example, and of many databases, keeps the rules. Each rule is a trap that has cost somebody. */
import type { DeployedApp } from '../policies/deployed-app';
import { APPS, LARGEST } from './apps';
import { broken, type Break } from './breaking';
import * as rules from './rules';

interface Rule {
  readonly title: string;
  /** Answers with what breaks it. */
  readonly find: (app: DeployedApp) => string[];
  /** Each of them alone must be found. */
  readonly breaks: readonly Break[];
}

const rule = (title: string, find: Rule['find'], ...breaks: Break[]): Rule => ({ title, find, breaks });
const change = (type: string, path: string, value?: unknown, logicalId = /./): Break => ({
  type: type === 'template' ? type : `AWS::${type}`,
  path,
  value,
  logicalId,
});

const QUEUE_ARN = { 'Fn::Sub': 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:other' };
const NETWORK = 'Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration';
const RULE_NETWORK = 'Targets.0.EcsParameters.NetworkConfiguration.AwsVpcConfiguration';
const NO_RULE = { ArnLike: { 'aws:SourceArn': 'arn:aws:events:eu-central-1:111122223333:rule/other' } };
const FIRST = 'ContainerDefinitions.0';
const STATEMENT = 'PolicyDocument.Statement.0';
const PAST = Object.fromEntries(Array.from({ length: 450 }, (_, index) => [`X${index}`, { Type: 'X' }]));

const RULES: readonly Rule[] = [
  rule(
    'an alarm looks back no further than CloudWatch allows',
    rules.alarmsLookBackNoFurtherThanAllowed,
    change('CloudWatch::Alarm', 'EvaluationPeriods', 1000),
  ),
  rule(
    'an alarm tells when it comes and when it goes',
    rules.alarmsTellWhenTheyComeAndGo,
    change('CloudWatch::Alarm', 'AlarmActions'),
    change('CloudWatch::Alarm', 'OKActions'),
    change('CloudWatch::Alarm', 'OKActions', ['arn:aws:sns:eu-central-1:111122223333:other']),
  ),
  rule(
    "CloudWatch may publish to the topic, for this account's alarms only",
    rules.alarmsMayBePublished,
    change('SNS::TopicPolicy', 'PolicyDocument.Statement', []),
    change('SNS::TopicPolicy', 'PolicyDocument.Statement.1.Condition'),
    change('KMS::Key', 'KeyPolicy.Statement', [], /AlarmTopic/),
  ),
  rule(
    'the key of a log lets CloudWatch Logs write',
    rules.encryptedLogsMayBeWritten,
    change('Logs::LogGroup', 'KmsKeyId', { 'Fn::GetAtt': ['AlarmTopicKeyBA1A4AA7', 'Arn'] }),
  ),
  rule(
    'a schedule retries for an hour at most, in its group, time zone, subnets and security group',
    rules.schedulesAreBounded,
    change('Scheduler::Schedule', 'Target.RetryPolicy'),
    change('Scheduler::Schedule', 'Target.RetryPolicy.MaximumEventAgeInSeconds', 86_400),
    change('Scheduler::Schedule', 'GroupName'),
    change('Scheduler::Schedule', 'ScheduleExpressionTimezone'),
    change('Scheduler::Schedule', `${NETWORK}.SecurityGroups`),
    change('Scheduler::Schedule', `${NETWORK}.Subnets`, []),
  ),
  rule(
    'a rule that starts a task tries for an hour at most, in its subnets and security group',
    rules.rulesThatStartTasksAreBounded,
    change('Events::Rule', 'Targets.0.RetryPolicy', undefined, /DrillStart/),
    change('Events::Rule', 'Targets.0.RetryPolicy.MaximumEventAgeInSeconds', 86_400, /DrillStart/),
    change('Events::Rule', `${RULE_NETWORK}.SecurityGroups`, undefined, /DrillStart/),
    change('Events::Rule', `${RULE_NETWORK}.Subnets`, [], /DrillStart/),
  ),
  rule(
    'what a schedule could not deliver reaches its queue',
    rules.whatWasNotDeliveredIsKept,
    change('Scheduler::Schedule', 'Target.DeadLetterConfig'),
    change('Scheduler::Schedule', 'Target.DeadLetterConfig.Arn', QUEUE_ARN),
  ),
  rule(
    'what a rule could not deliver reaches its queue',
    rules.eventsThatCouldNotBeDeliveredAreKept,
    change('Events::Rule', 'Targets.0.DeadLetterConfig'),
    change('Events::Rule', 'Targets.0.DeadLetterConfig.Arn', QUEUE_ARN),
    change('SQS::QueuePolicy', 'PolicyDocument.Statement.1.Condition', NO_RULE, /TasksDeadLetters/),
  ),
  rule(
    'no secret stands in an environment',
    rules.noSecretInAnEnvironment,
    change('ECS::TaskDefinition', `${FIRST}.Environment.0`, { Name: 'PGPASSWORD', Value: 'x' }),
    change('ECS::TaskDefinition', `${FIRST}.Environment.0`, {
      Name: 'URL',
      Value: '{{resolve:secretsmanager:x}}',
    }),
    change('Lambda::Function', 'Environment.Variables.API_TOKEN', 'x'),
  ),
  rule(
    'a container logs to a group of the app and ends within two minutes',
    rules.containersLogAndEndInTime,
    change('ECS::TaskDefinition', `${FIRST}.LogConfiguration`),
    change('ECS::TaskDefinition', `${FIRST}.LogConfiguration.Options.awslogs-group`, 'other'),
    change('ECS::TaskDefinition', `${FIRST}.StopTimeout`, 300),
  ),
  rule(
    'a task runs the program of the image, and nothing in front of it',
    rules.tasksRunNothingButTheProgramOfTheImage,
    change('ECS::TaskDefinition', `${FIRST}.EntryPoint`, ['/bin/sh', '-c']),
    change('ECS::TaskDefinition', `${FIRST}.LinuxParameters`, { InitProcessEnabled: true }),
    change('ECS::TaskDefinition', `${FIRST}.Environment.0`, { Name: 'NODE_OPTIONS', Value: '--inspect' }),
    change('ECS::TaskDefinition', 'PidMode', 'task'),
  ),
  rule(
    'a program runs on a current runtime',
    rules.programsRunOnACurrentRuntime,
    change('Lambda::Function', 'Runtime', 'nodejs18.x'),
  ),
  rule(
    'a program has a log of its own',
    rules.programsHaveTheirLog,
    change('Lambda::Function', 'LoggingConfig'),
  ),
  rule(
    'a program is called by sources that are named',
    rules.programsAreCalledByWhomTheyKnow,
    change('Lambda::Permission', 'SourceArn'),
  ),
  rule(
    'nothing is made by a custom resource',
    rules.nothingIsMadeByCustomResources,
    change('template', 'Resources.Extra', { Type: 'Custom::S3BucketNotifications' }),
  ),
  rule(
    'no stack holds another one by an export',
    rules.noStackHoldsAnother,
    change('template', 'Outputs.Extra', { Value: 'x', Export: { Name: 'x' } }),
    change('template', 'Outputs.Extra', { Value: { 'Fn::ImportValue': 'x' } }),
  ),
  rule(
    'a stack has fewer than 450 resources',
    rules.stacksAreSmallEnough,
    change('template', 'Resources', PAST),
  ),
  rule(
    'a database may move to another stack: no name is in the way',
    rules.databasesMayMove,
    change('CloudWatch::Alarm', 'AlarmName', 'many-BackupMissing-db-1', /^db1Alarms/),
    change('Scheduler::Schedule', 'Name', 'db-1'),
    change('IAM::Role', 'RoleName', 'db-1', /^db1/),
  ),
  rule(
    'no role may do something to everything',
    rules.noRoleReachesEverything,
    change('IAM::Policy', `${STATEMENT}.Resource`, '*'),
    change('IAM::Policy', `${STATEMENT}.Resource`, ['arn:aws:s3:::*']),
  ),
  rule(
    'no role may do everything to something',
    rules.noRoleDoesEverything,
    change('IAM::Policy', `${STATEMENT}.Action`, 's3:*'),
    change('IAM::Policy', `${STATEMENT}.Action`, ['s3:GetObject', 's3:Put*']),
  ),
  rule(
    'no role has a policy that AWS may change',
    rules.noRoleHasPoliciesOfAws,
    change('IAM::Role', 'ManagedPolicyArns', ['arn:aws:iam::aws:policy/ReadOnlyAccess']),
  ),
  rule(
    'a service takes a role for this account only',
    rules.servicesActForThisAccountOnly,
    change('IAM::Role', 'AssumeRolePolicyDocument.Statement.0.Condition', undefined, /TaskTaskRole/),
    change('IAM::Role', 'AssumeRolePolicyDocument.Statement.0.Condition', undefined, /ScheduleStartRole/),
    change('IAM::Role', 'AssumeRolePolicyDocument.Statement.1.Condition', undefined, /DrillsStartRole/),
  ),
];

describe.each(RULES)('$title', ({ find, breaks }) => {
  test.each(APPS)('%s', (_, app) => {
    expect(find(app)).toEqual([]);
  });

  test.each(breaks)('is broken by another $path of a $type', (change) => {
    expect(find(broken(LARGEST, change))).not.toEqual([]);
  });
});
