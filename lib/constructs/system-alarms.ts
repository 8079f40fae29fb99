import { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  MathExpression,
  Stats,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { LIGHT_PASS_MINUTES } from '../contract/metrics';
import { gauge } from './gauges';
import { FULL_WINDOW, LIGHT_WINDOW, RunbookAlarm, type AlarmTarget } from './runbook-alarm';
import type { TaskCluster } from './task-cluster';

export interface SystemAlarmsProps extends AlarmTarget {
  /** The group of the schedules, and the queue in which EventBridge puts what it could not deliver. */
  readonly tasks: Pick<TaskCluster, 'scheduleGroup' | 'deadLetterQueue'>;
  /** Where the webhooks' dead letters lie; undefined without webhooks. */
  readonly webhookQueue: IQueue | undefined;
}

/** What must never pass unseen in the installation itself. */
export class SystemAlarms extends Construct {
  readonly all: readonly RunbookAlarm[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SystemAlarmsProps,
  ) {
    super(scope, id);
    this.all = [
      this.scheduleNotDelivered(),
      this.monitorSilent(),
      this.guardrailChanged(),
      this.subscriptionUnconfirmed(),
    ];
  }

  /**
   * AWS publishes these counters only when there is something to count, so silence is good: the gauge beside them is
   * OverdueSlots, in BackupFailed. A sum takes a missing value as 0
   * (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
   */
  private scheduleNotDelivered(): RunbookAlarm {
    const { scheduleGroup, deadLetterQueue } = this.props.tasks;
    const counted = { statistic: Stats.SUM, period: LIGHT_WINDOW };
    const waiting = { statistic: Stats.MAXIMUM, period: LIGHT_WINDOW };
    return new RunbookAlarm(this, this.props, {
      name: 'ScheduleNotDelivered',
      meaning:
        'EventBridge could not start a task or deliver an event; what it gave up lies in the dead-letter queue.',
      metric: new MathExpression({
        expression: 'refused + dropped + dead + waiting',
        label: 'Refused, dropped, sent to and waiting in the dead-letter queue',
        usingMetrics: {
          refused: scheduleGroup.metricTargetErrors(counted),
          dropped: scheduleGroup.metricDropped(counted),
          dead: scheduleGroup.metricSentToDLQ(counted),
          waiting: deadLetterQueue.metricApproximateNumberOfMessagesVisible(waiting),
        },
        period: LIGHT_WINDOW,
      }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** A pass that came to its end publishes 1, so only silence can breach: three empty periods in a row. */
  private monitorSilent(): RunbookAlarm {
    return new RunbookAlarm(this, this.props, {
      name: 'MonitorSilent',
      meaning: 'the monitor has not come to its end for a quarter of an hour: no other alarm can be trusted.',
      metric: gauge(this.props.installation, 'monitorPasses').with({
        period: Duration.minutes(LIGHT_PASS_MINUTES),
      }),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private guardrailChanged(): RunbookAlarm {
    return new RunbookAlarm(this, this.props, {
      name: 'GuardrailChanged',
      meaning: 'a protection of the backup bucket or its key is not as it was deployed.',
      metric: gauge(this.props.installation, 'guardrailDifferences').with({ period: FULL_WINDOW }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private subscriptionUnconfirmed(): RunbookAlarm {
    return new RunbookAlarm(this, this.props, {
      name: 'SubscriptionUnconfirmed',
      meaning:
        'an address never confirmed, or a webhook does not take what it is sent: somebody is not reached by alarms.',
      metric: this.unreached(),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  /** Beside a queue of which AWS publishes something, a missing gauge counts as 0: MonitorSilent tells of that. */
  private unreached(): IMetric {
    const { installation, webhookQueue } = this.props;
    const unconfirmed = gauge(installation, 'unconfirmedSubscriptions').with({ period: FULL_WINDOW });
    if (webhookQueue === undefined) return unconfirmed;
    const waiting = { statistic: Stats.MAXIMUM, period: FULL_WINDOW };
    return new MathExpression({
      expression: 'unconfirmed + rejected',
      label: 'Unconfirmed addresses, and messages that a webhook did not take',
      usingMetrics: {
        unconfirmed,
        rejected: webhookQueue.metricApproximateNumberOfMessagesVisible(waiting),
      },
      period: FULL_WINDOW,
    });
  }
}
