import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { WebhookConfig } from '../contract/webhook-config';
import { BundledFunction } from './bundled-function';

export interface WebhookSubscriptionProps {
  readonly topic: ITopic;
  readonly config: WebhookConfig;
  readonly logDays: number;
}

/** Posts each message of the topic to one webhook; what cannot be posted, after two more tries, waits in a queue. */
export class WebhookSubscription extends Construct {
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { topic, config, logDays }: WebhookSubscriptionProps) {
    super(scope, id);
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const program = new BundledFunction(this, 'Program', {
      name: 'webhook',
      description: `Posts alarms to a webhook in ${config.format} format`,
      timeout: Duration.seconds(30),
      memoryMiB: 256,
      logDays,
      config,
    });
    program.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [secretArn(this, config.secret)],
      }),
    );
    program.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.deadLetterQueue),
    });
    topic.addSubscription(
      new LambdaSubscription(program.function, { deadLetterQueue: this.deadLetterQueue }),
    );
  }
}

/** Secrets Manager adds six characters to a name: a name alone can mean no other secret, whatever follows it. */
function secretArn(scope: Construct, secret: string): string {
  if (secret.startsWith('arn:')) return secret;
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${secret}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
