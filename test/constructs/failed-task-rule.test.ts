/** Which ends of a task the monitor is told of: events as ECS writes them, matched by the synthesized pattern. */
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { FailedTaskRule } from '../../lib/constructs/failed-task-rule';
import { backupTaskFamily, drillTaskFamily } from '../../lib/contract/names';
import { matches } from '../support/event-pattern';
import { newStack } from '../support/synthesize';

const CLUSTER = 'arn:aws:ecs:eu-central-1:111122223333:cluster/test';

const template = (() => {
  const stack = newStack();
  new FailedTaskRule(stack, 'FailedTasks', {
    installation: 'test',
    cluster: new CfnCluster(stack, 'Cluster'),
    recorder: new LambdaFunction(stack, 'Recorder', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = () => {}'),
    }),
    deadLetterQueue: new Queue(stack, 'DeadLetters'),
  });
  return Template.fromStack(stack);
})();

/** As it is after deployment. */
function deployedPattern(): Record<string, unknown> {
  const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
  const text = JSON.stringify(rule!['Properties'].EventPattern)
    .replace(/\{"Fn::GetAtt":\["Cluster","Arn"\]\}/, JSON.stringify(CLUSTER))
    .replace(
      /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},":ecs:",\{"Ref":"AWS::Region"\},":",\{"Ref":"AWS::AccountId"\},("[^"]+")\]\]\}/g,
      (_, rest: string) => JSON.stringify(`arn:aws:ecs:eu-central-1:111122223333${JSON.parse(rest)}`),
    );
  expect(text).not.toMatch(/"Fn::|"Ref"/);
  return JSON.parse(text) as Record<string, unknown>;
}

interface Container {
  readonly name: string;
  readonly exitCode?: number;
}

interface Stop {
  readonly stopCode?: string;
  readonly containers?: readonly Container[];
  readonly family?: string;
  readonly clusterArn?: string;
  readonly lastStatus?: string;
  readonly group?: string;
}

/** The fields of a real event: docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
function taskEvent({
  stopCode = 'EssentialContainerExited',
  containers = [{ name: 'backup', exitCode: 0 }],
  family = backupTaskFamily('test', 'shop'),
  clusterArn = CLUSTER,
  lastStatus = 'STOPPED',
  group = `family:${family}`,
}: Stop): Record<string, unknown> {
  const taskArn = 'arn:aws:ecs:eu-central-1:111122223333:task/test/e9511a8292474239';
  return {
    version: '0',
    id: '3317b2af-7005-947d-b652-f55e762e571a',
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: '111122223333',
    time: '2026-11-20T02:41:13Z',
    region: 'eu-central-1',
    resources: [taskArn],
    detail: {
      attachments: [
        {
          id: '1789bcae',
          type: 'eni',
          status: 'DELETED',
          details: [{ name: 'subnetId', value: 'subnet-1' }],
        },
      ],
      availabilityZone: 'eu-central-1b',
      clusterArn,
      connectivity: 'CONNECTED',
      containers: containers.map((container) => ({
        containerArn: `arn:aws:ecs:eu-central-1:111122223333:container/test/${container.name}`,
        lastStatus: 'STOPPED',
        taskArn,
        networkInterfaces: [{ attachmentId: '1789bcae', privateIpv4Address: '10.0.3.104' }],
        cpu: '0',
        ...container,
      })),
      cpu: '1024',
      createdAt: '2026-11-20T02:00:07.789Z',
      desiredStatus: 'STOPPED',
      group,
      launchType: 'FARGATE',
      lastStatus,
      memory: '2048',
      overrides: { containerOverrides: [{ name: 'backup' }] },
      platformVersion: '1.4.0',
      startedBy: 'chronos-schedule/shop-nightly',
      stopCode,
      stoppedReason: 'Essential container in task exited',
      taskArn,
      taskDefinitionArn: `arn:aws:ecs:eu-central-1:111122223333:task-definition/${family}:11`,
      version: 4,
    },
  };
}

/** The same of a drill's task. */
const ofDrill = (stopCode: string, containers: readonly Container[]): Stop => ({
  ...{ family: drillTaskFamily('test', 'shop'), stopCode, containers },
});

const isTold = (stop: Stop) => matches(deployedPattern(), taskEvent(stop));

test.each<[string, Stop]>([
  ['the program failed', { containers: [{ name: 'backup', exitCode: 5 }] }],
  ['the program was killed for memory', { containers: [{ name: 'backup', exitCode: 137 }] }],
  [
    'the program failed beside another container that ended well',
    {
      containers: [
        { name: 'sidecar', exitCode: 0 },
        { name: 'backup', exitCode: 1 },
      ],
    },
  ],
  ['the image could not be pulled', { stopCode: 'TaskFailedToStart', containers: [{ name: 'backup' }] }],
  ['there was no capacity', { stopCode: 'TaskFailedToStart', containers: [] }],
  ['a person stopped it', { stopCode: 'UserInitiated', containers: [{ name: 'backup', exitCode: 11 }] }],
  ['a Spot machine was taken away', { stopCode: 'SpotInterruption', containers: [{ name: 'backup' }] }],
  [
    'the machine was retired',
    { stopCode: 'TerminationNotice', containers: [{ name: 'backup', exitCode: 143 }] },
  ],
  ['a drill failed', ofDrill('EssentialContainerExited', [{ name: 'drill', exitCode: 10 }])],
  ['a drill was killed for memory', ofDrill('EssentialContainerExited', [{ name: 'drill', exitCode: 137 }])],
  ["a drill's image could not be pulled", ofDrill('TaskFailedToStart', [{ name: 'drill' }])],
  ['a person stopped a drill', ofDrill('UserInitiated', [{ name: 'drill', exitCode: 11 }])],
  [
    'a person had started it under another group',
    { group: 'manual', containers: [{ name: 'backup', exitCode: 1 }] },
  ],
])('the monitor is told when %s', (_, stop) => {
  expect(isTold(stop)).toBe(true);
});

test.each<[string, Stop]>([
  ['the program ended well', {}],
  [
    'only another container was killed, as a drill kills its server',
    {
      containers: [
        { name: 'backup', exitCode: 0 },
        { name: 'postgres', exitCode: 143 },
      ],
    },
  ],
  ['a drill ended well', ofDrill('EssentialContainerExited', [{ name: 'drill', exitCode: 0 }])],
  ['it still runs', { lastStatus: 'RUNNING', containers: [{ name: 'backup' }] }],
  ['it is still stopping', { lastStatus: 'DEPROVISIONING', containers: [{ name: 'backup', exitCode: 1 }] }],
  ['it is a restore', { family: 'test-restore', containers: [{ name: 'restore', exitCode: 10 }] }],
  [
    "it is another installation's",
    { clusterArn: `${CLUSTER}-2`, containers: [{ name: 'backup', exitCode: 1 }] },
  ],
  ['it is somebody else’s', { family: 'web', containers: [{ name: 'backup', exitCode: 1 }] }],
])('the monitor is not told when %s', (_, stop) => {
  expect(isTold(stop)).toBe(false);
});

test('the pattern is within the 2048 characters that EventBridge takes, however many databases there are', () => {
  expect(JSON.stringify(deployedPattern()).length).toBeLessThan(2048);
});

test('what cannot be delivered to the monitor is kept', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    Targets: [
      {
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DeadLetters'), 'Arn'] } },
        RetryPolicy: { MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 10 },
      },
    ],
  });
  template.resourceCountIs('AWS::SQS::QueuePolicy', 1);
});

test('an operator that the matcher does not know is refused', () => {
  expect(() => matches({ a: [{ suffix: 'x' }] }, { a: 'x' })).toThrow('does not know suffix');
});
