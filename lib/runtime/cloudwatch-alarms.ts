/** Alarms as CloudWatch knows them: needs cloudwatch:DescribeAlarms, and cloudwatch:SetAlarmState to set one off. */
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
  type DescribeAlarmsCommandInput,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';

export const ALARM_STATES = ['ALARM', 'INSUFFICIENT_DATA', 'OK'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export interface LiveAlarm {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly state: AlarmState;
  /** When it went into this state. */
  readonly since: Date;
  readonly reason: string;
  /** Whether anybody is told when it comes. */
  readonly actionsEnabled: boolean;
  /** ARNs of what it tells when it comes, and when it goes. */
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
}

export class CloudWatchAlarms {
  /** Credentials, region and endpoint come from the SDK's standard environment. */
  private readonly client = new CloudWatchClient({
    maxAttempts: 5,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 30_000 },
  });

  /** Every alarm whose name begins so. @throws Failure `usage` where they may not be seen */
  async startingWith(AlarmNamePrefix: string): Promise<LiveAlarm[]> {
    const found: LiveAlarm[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.describe({ AlarmNamePrefix, NextToken });
      found.push(...page.alarms);
      NextToken = page.next;
    } while (NextToken !== undefined && NextToken !== '');
    return found;
  }

  /** undefined where there is none of that name. @throws Failure `usage` where it may not be seen */
  async named(name: string): Promise<LiveAlarm | undefined> {
    return (await this.describe({ AlarmNames: [name] })).alarms[0];
  }

  /** As if CloudWatch had found it: the alarm tells whom it tells. @throws Failure `usage` where it may not be set */
  async setState(name: string, state: AlarmState, reason: string): Promise<void> {
    const input = { AlarmName: name, StateValue: state, StateReason: reason };
    await this.client.send(new SetAlarmStateCommand(input)).catch((cause: unknown) => {
      throw new Failure('usage', `The alarm ${name} cannot be set to ${state}: ${awsError(cause).text}`, {
        hint: `Allow cloudwatch:SetAlarmState on ${name}, or check AWS_PROFILE and AWS_REGION.`,
        cause,
      });
    });
  }

  close(): void {
    this.client.destroy();
  }

  private async describe(input: DescribeAlarmsCommandInput) {
    const command = new DescribeAlarmsCommand({ ...input, AlarmTypes: ['MetricAlarm'] });
    const { MetricAlarms = [], NextToken: next } = await this.client.send(command).catch((cause: unknown) => {
      throw new Failure('usage', `The alarms cannot be seen: ${awsError(cause).text}`, {
        hint: 'Allow cloudwatch:DescribeAlarms on all alarms, or check credentials, AWS_PROFILE and AWS_REGION.',
        cause,
      });
    });
    return { alarms: MetricAlarms.map(liveAlarm), next };
  }
}

function liveAlarm(alarm: MetricAlarm): LiveAlarm {
  const { StateTransitionedTimestamp, StateUpdatedTimestamp } = alarm;
  return {
    name: alarm.AlarmName ?? '',
    arn: alarm.AlarmArn ?? '',
    description: alarm.AlarmDescription ?? '',
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    // A reason that is written anew is no change of state.
    since: StateTransitionedTimestamp ?? StateUpdatedTimestamp ?? new Date(0),
    reason: alarm.StateReason ?? '',
    actionsEnabled: alarm.ActionsEnabled ?? true,
    alarmActions: alarm.AlarmActions ?? [],
    okActions: alarm.OKActions ?? [],
  };
}
