import { Annotations, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names';
import type { NotificationSettings } from '../settings/platform-schema';
import type { Settings } from '../settings/schema';
import type { AlarmTarget } from './runbook-alarm';
import { WebhookSubscription } from './webhook-subscription';

export interface AlarmTopicProps {
  readonly installation: string;
  readonly notifications: NotificationSettings;
  /** How long the webhooks' logs are kept: `compute.logDays` of the settings. */
  readonly logDays: number;
}

const CLOUDWATCH = new ServicePrincipal('cloudwatch.amazonaws.com');

/**
 * Where every alarm goes. CloudWatch publishes as a service: neither the account's root statement in the key policy nor
 * identity policies let it, and where either policy does not, an alarm turns red and nobody is told
 * (repost.aws/knowledge-center/cloudwatch-configure-alarm-sns). EventBridge may not publish: no rule of ours does, and in
 * policies of an encrypted topic its statement could have no condition, so any account's rule might
 * (docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  /** Whoever publishes must be allowed to use it. */
  readonly key: Key;
  /** For the alarms of the same stack. */
  readonly target: AlarmTarget;
  /** Keeps what a webhook did not take; undefined without webhooks. */
  readonly webhookQueue: Queue | undefined;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const { installation, notifications } = props;
    this.key = this.newKey(installation);
    this.topic = new Topic(this, 'Topic', {
      topicName: namesOf(installation).topic,
      displayName: `Backstop ${installation}`,
      masterKey: this.key,
      enforceSSL: true,
    });
    this.target = { installation, topic: this.topic, runbookUrl: notifications.runbookUrl };
    /** enforceSSL replaces SNS's default policy by a denial alone: whoever publishes must be named. */
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        principals: [CLOUDWATCH],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    for (const email of notifications.emails) this.topic.addSubscription(new EmailSubscription(email));
    this.webhookQueue = notifications.webhooks.length > 0 ? this.addWebhooks(props) : undefined;
    if (notifications.emails.length + notifications.webhooks.length === 0) this.warnOfNobody();
  }

  private warnOfNobody(): void {
    Annotations.of(this).addWarningV2(
      'backstop:nobody-notified',
      'notifications names neither an e-mail address nor a webhook: alarms are seen in the console only.',
    );
  }

  /** One queue for all: an alarm takes ten metrics at most, and a message says whose it is. */
  private addWebhooks({ notifications: { webhooks, runbookUrl }, logDays }: AlarmTopicProps): Queue {
    const deadLetterQueue = new Queue(this, 'WebhookDeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    webhooks.forEach(({ secret, format }, index) => {
      const config = { secret, format, runbookUrl };
      const props = { topic: this.topic, config, deadLetterQueue, logDays };
      new WebhookSubscription(this, `Webhook${index + 1}`, props);
    });
    return deadLetterQueue;
  }

  private newKey(installation: string): Key {
    const key = new Key(this, 'Key', {
      alias: `${installation}/alarms`,
      description: `Encrypts the alarms of ${installation}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        principals: [CLOUDWATCH],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
      }),
    );
    return key;
  }
}

/** The same topic, seen from another stack. */
export function alarmTargetOf(scope: Construct, { name, notifications }: Settings): AlarmTarget {
  const topicArn = Stack.of(scope).formatArn({ service: 'sns', resource: namesOf(name).topic });
  const topic = Topic.fromTopicArn(scope, 'AlarmTopic', topicArn);
  return { installation: name, topic, runbookUrl: notifications.runbookUrl };
}
