/** An alarm that cannot be published is red and silent: from each alarm to its key, every policy must let it pass. */
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AlarmTopic } from '../../lib/constructs/alarm-topic';
import { notificationsSchema } from '../../lib/settings/platform-schema';
import { newStack, type Statement } from '../support/synthesize';

const COMPLETE_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:hooks/slack-AbCdEf';

function topicTemplate(notifications: object = {}): Template {
  return Template.fromStack(stackWithTopic(notifications));
}

function stackWithTopic(notifications: object): Stack {
  const stack = newStack();
  new AlarmTopic(stack, 'Alarms', {
    installation: 'test',
    notifications: notificationsSchema.parse(notifications),
    logDays: 30,
  });
  return stack;
}

function statements(template: Template, type: string, property: string): Statement[] {
  return Object.values(template.findResources(type)).flatMap(
    ({ Properties }) => Properties[property].Statement as Statement[],
  );
}

describe('without addresses', () => {
  const template = topicTemplate();

  test('the topic is encrypted with a key of its own, which rotates', () => {
    template.hasResourceProperties('AWS::SNS::Topic', {
      TopicName: 'test-alarms',
      KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AlarmsKey'), 'Arn'] },
    });
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  test('CloudWatch may use the key as SNS needs it, without a condition that it would not meet', () => {
    expect(statements(template, 'AWS::KMS::Key', 'KeyPolicy')).toContainEqual({
      Sid: 'AllowAlarms',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Resource: '*',
    });
  });

  test('CloudWatch may publish for this account, and nobody without TLS', () => {
    template.resourceCountIs('AWS::SNS::TopicPolicy', 1);
    expect(statements(template, 'AWS::SNS::TopicPolicy', 'PolicyDocument')).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'sns:Publish',
        Principal: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      {
        Sid: 'AllowAlarms',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: { Ref: expect.stringMatching(/^AlarmsTopic/) as string },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  test('nobody is subscribed', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    template.resourceCountIs('AWS::SQS::Queue', 0);
  });
});

test.each([
  ['with nobody to tell, synth warns', {}, 1],
  ['with an address, it does not', { emails: ['ops@example.com'] }, 0],
  ['with a webhook, it does not', { webhooks: [{ secret: COMPLETE_ARN, format: 'slack' }] }, 0],
])('%s', (_, notifications, count) => {
  const warnings = Annotations.fromStack(stackWithTopic(notifications)).findWarning(
    '*',
    Match.stringLikeRegexp('alarms are seen in the console only'),
  );
  expect(warnings).toHaveLength(count);
});

test('each e-mail address is subscribed', () => {
  const template = topicTemplate({ emails: ['ops@example.com', 'lead@example.com'] });
  for (const Endpoint of ['ops@example.com', 'lead@example.com'])
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint });
});

describe('a webhook', () => {
  const template = topicTemplate({
    webhooks: [
      { secret: COMPLETE_ARN, format: 'slack' },
      { secret: 'hooks/pager', format: 'generic' },
    ],
  });

  /** Policies of the role of the one or the other webhook. */
  function allowed(webhook: string): Statement[] {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    return policies
      .filter(([id]) => id.startsWith(`Alarms${webhook}Program`))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
  }

  test('has a function that reads exactly its own secret', () => {
    const readable = (webhook: string) =>
      allowed(webhook).filter(({ Action }) => String(Action).includes('secretsmanager'));
    expect(readable('Webhook1')).toEqual([
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: COMPLETE_ARN },
    ]);
    expect(readable('Webhook2')).toEqual([
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: { 'Fn::Join': ['', expect.arrayContaining([':secret:hooks/pager-??????'])] },
      },
    ]);
  });

  test('may else write its log and its dead-letter queue, and nothing more', () => {
    const services = allowed('Webhook1').flatMap(({ Action }) =>
      [Action].flat().map((each) => each.split(':')[0]),
    );
    expect([...new Set(services)].sort()).toEqual(['logs', 'secretsmanager', 'sqs']);
  });

  test('is told the name of its secret in a file, and nothing by its environment', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function')))
      expect(Properties['Environment']).toBeUndefined();
  });

  test('is tried twice more, and then the message is kept', () => {
    const queue = { 'Fn::GetAtt': [Match.stringLikeRegexp('^AlarmsWebhookDeadLetters'), 'Arn'] };
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: queue } },
    });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'lambda',
      RedrivePolicy: { deadLetterTargetArn: queue },
    });
    template.resourceCountIs('AWS::SQS::Queue', 1);
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
  });
});
