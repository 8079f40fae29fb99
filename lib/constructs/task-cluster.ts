import { CfnCluster } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names';
import { rulesOf } from './task-start';

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
    this.takeFromRules();
    new StringParameter(this, 'DeadLetterQueueArn', {
      parameterName: names.parameters.deadLetterQueueArn,
      stringValue: this.deadLetterQueue.queueArn,
    });
  }

  /** Rules of other stacks start drills: a rule has no role of its own for what it could not deliver. */
  private takeFromRules(): void {
    this.deadLetterQueue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowRules',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetterQueue.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': rulesOf(this) } },
      }),
    );
  }
}
