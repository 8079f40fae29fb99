/** The witness hears the topic alone, and the program of the monthly test may set off one alarm. */
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Template } from 'aws-cdk-lib/assertions';
import { AlarmWitness } from '../../lib/constructs/alarm-witness';
import { newApp, newStack, type Statement } from '../support/synthesize';
import { COMPUTE_OUTPUTS, STORAGE_OUTPUTS } from '../../lib/contract/installation-outputs';
import { composeStacks } from '../../lib/stacks/add-stacks';
import { DeployedApp, templatesOf } from '../policies/deployed-app';
import { SETTINGS } from '../policies/installation';

describe('the witness', () => {
  const stack = newStack();
  new AlarmWitness(stack, 'Witness', { topic: new Topic(stack, 'Topic') });
  const template = Template.fromStack(stack);

  test('is encrypted by SQS itself, so that SNS needs no key, and forgets within an hour', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 3600,
    });
  });

  test('gets what CloudWatch wrote, without an envelope', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'sqs', RawMessageDelivery: true });
  });

  test('takes messages over TLS, from SNS for this topic; and from nobody else, whoever allows it to them', () => {
    const [policy] = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
    const statements = policy?.['Properties'].PolicyDocument.Statement as Statement[];
    const topic = { Ref: expect.stringMatching(/^Topic/) as string };
    expect(statements).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      expect.objectContaining({
        ...{ Effect: 'Allow', Action: 'sqs:SendMessage', Principal: { Service: 'sns.amazonaws.com' } },
        Condition: { ArnEquals: { 'aws:SourceArn': topic } },
      }),
      expect.objectContaining({
        ...{ Effect: 'Deny', Action: 'sqs:SendMessage', Principal: '*' },
        Condition: { ArnNotEquals: { 'aws:SourceArn': topic } },
      }),
    ]);
  });
});

describe('an installation', () => {
  const cdk = newApp();
  composeStacks(cdk, SETTINGS);
  const app = new DeployedApp(templatesOf(cdk));

  test('has every output by which it is found', () => {
    const of = (stack: string) => Object.keys((app.templates[stack] as { readonly Outputs: object }).Outputs);
    expect(of('acme-storage')).toEqual(expect.arrayContaining(Object.values(STORAGE_OUTPUTS)));
    expect(of('acme-compute')).toEqual(expect.arrayContaining(Object.values(COMPUTE_OUTPUTS)));
  });

  test('tests an alarm on the first Monday, does not try again, and keeps what it failed at', () => {
    const [rule] = app
      .all('AWS::Events::Rule')
      .filter(({ properties }) => String(properties['Description']).startsWith('The monthly test'));
    expect(rule?.properties).toMatchObject({ ScheduleExpression: 'cron(0 9 ? * 2#1 *)' });
    const [invoke] = app
      .all('AWS::Lambda::EventInvokeConfig')
      .filter(({ logicalId }) => logicalId.startsWith('AlarmTest'));
    expect(invoke?.properties).toMatchObject({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: expect.stringContaining(':sqs:') as string } },
    });
  });
});
