import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { WebhookConfig } from '../contract/webhook-config';
import { BundledFunction } from './bundled-function';

export interface WebhookSubscriptionProps {
  readonly topic: ITopic;
  readonly config: WebhookConfig;
  /** Keeps what the webhook does not take. */
  readonly deadLetterQueue: IQueue;
  readonly logDays: number;
}

/** Posts each message of the topic to one webhook; what cannot be posted, after two more tries, waits in a queue. */
export class WebhookSubscription extends Construct {
  constructor(scope: Construct, id: string, props: WebhookSubscriptionProps) {
    super(scope, id);
    const { topic, config, deadLetterQueue, logDays } = props;
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
      onFailure: new SqsDestination(deadLetterQueue),
    });
    topic.addSubscription(new LambdaSubscription(program.function, { deadLetterQueue }));
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
