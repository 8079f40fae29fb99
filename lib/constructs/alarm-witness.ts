import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyStatement, StarPrincipal, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { WITNESS_RETENTION_HOURS } from '../contract/alarm-test';

export interface AlarmWitnessProps {
  /** Where every alarm goes. */
  readonly topic: ITopic;
}

/**
 * A subscriber that forgets within hours and tells nobody: what reaches it has passed CloudWatch, the topic's policy and
 * its key, as everything has that reaches people. A test of alarms waits here.
 */
export class AlarmWitness extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { topic }: AlarmWitnessProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      /** SNS could not deliver into a queue under a key of KMS that does not name it; this one asks nobody. */
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.hours(WITNESS_RETENTION_HOURS),
    });
    /** Without SNS's envelope: the body is what CloudWatch wrote. It also lets the topic send. */
    topic.addSubscription(new SqsSubscription(this.queue, { rawMessageDelivery: true }));
    this.denyOthers(topic);
  }

  /** Whoever may send into any queue of the account could else bear false witness. */
  private denyOthers({ topicArn }: ITopic): void {
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'DenyFalseWitness',
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: { ArnNotEquals: { 'aws:SourceArn': topicArn } },
      }),
    );
  }

  /** Reads what came, and forgets what it waited for. */
  grantRead(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
        resources: [this.queue.queueArn],
      }),
    );
  }
}
