import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { TaskCluster } from '../../lib/constructs/task-cluster';
import { newApp } from '../support/synthesize';

const stack = new Stack(newApp(), 'test');
new TaskCluster(stack, 'Tasks', { installation: 'acme' });
const template = Template.fromStack(stack);

test('operators and schedules find the cluster by the name of the installation', () => {
  template.hasResourceProperties('AWS::ECS::Cluster', { ClusterName: 'acme' });
});

test('Container Insights, billed per task, is off whatever the account’s default', () => {
  template.hasResourceProperties('AWS::ECS::Cluster', {
    ClusterSettings: [{ Name: 'containerInsights', Value: 'disabled' }],
  });
});

test('the schedules have a group of their own, by which alone EventBridge counts', () => {
  template.hasResourceProperties('AWS::Scheduler::ScheduleGroup', { Name: 'acme' });
});

test('what could not be started is kept for two weeks, encrypted, and taken by TLS only', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    MessageRetentionPeriod: 14 * 86_400,
    SqsManagedSseEnabled: true,
    QueueName: Match.absent(),
  });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        Match.anyValue(),
      ],
    },
  });
});

test('rules of this account and region may put there what they could not deliver, and no others', () => {
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: {
            ArnLike: {
              'aws:SourceArn': {
                'Fn::Join': ['', Match.arrayWith([{ Ref: 'AWS::AccountId' }, ':rule/*'])],
              },
            },
          },
        }),
      ]),
    },
  });
});

test('other stacks find the queue by the name of a parameter', () => {
  template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/acme/dead-letter-queue-arn' });
});
