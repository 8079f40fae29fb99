import { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names';

export interface TaskClusterProps {
  readonly installation: string;
}

/** Where tasks run, the group of the schedules that start them, and the queue of starts that came to nothing. */
export class TaskCluster extends Construct {
  readonly cluster: CfnCluster;
  readonly scheduleGroup: ScheduleGroup;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { installation }: TaskClusterProps) {
    super(scope, id);
    const names = namesOf(installation);
    this.cluster = new CfnCluster(this, 'Cluster', {
      clusterName: names.cluster,
      /** Each run reports its own figures; Container Insights would bill dozens of metrics per task beside them. */
      clusterSettings: [{ name: 'containerInsights', value: 'disabled' }],
    });
    /** Scheduler's own metrics know only the group: in a shared one they would tell of other people's schedules. */
    this.scheduleGroup = new ScheduleGroup(this, 'Schedules', { scheduleGroupName: names.scheduleGroup });
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    new StringParameter(this, 'DeadLetterQueueArn', {
      parameterName: names.parameters.deadLetterQueueArn,
      stringValue: this.deadLetterQueue.queueArn,
    });
  }
}
