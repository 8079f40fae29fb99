/**
 * CloudWatch's side of alarms in the emulator, which keeps their states and does nothing when they change: sees each change
 * and publishes what CloudWatch would to the actions of the new state.
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { setTimeout as wait } from 'node:timers/promises';
import { clientOptions } from './emulator';

const LOOKS_EVERY_MS = 50;

export interface SeenChange {
  readonly alarm: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export class CloudWatchAgent {
  /** Every change, in the order in which they were seen. */
  readonly seen: SeenChange[] = [];
  /** As when CloudWatch may not publish: the state changes, and nobody is told. */
  silent = false;
  private readonly cloudWatch: CloudWatchClient;
  private readonly sns: SNSClient;
  private readonly ending = new AbortController();
  private readonly states = new Map<string, string>();
  private working: Promise<void> | undefined;

  /** @param prefix of the alarms' names */
  private constructor(
    endpoint: string,
    private readonly prefix: string,
  ) {
    this.cloudWatch = new CloudWatchClient(clientOptions(endpoint));
    this.sns = new SNSClient(clientOptions(endpoint));
  }

  /** States that were there before it started are no change. */
  static async start(endpoint: string, prefix: string): Promise<CloudWatchAgent> {
    const agent = new CloudWatchAgent(endpoint, prefix);
    for (const { AlarmName = '', StateValue = '' } of await agent.alarms())
      agent.states.set(AlarmName, StateValue);
    agent.working = agent.work();
    return agent;
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.working;
    this.cloudWatch.destroy();
    this.sns.destroy();
  }

  private async work(): Promise<void> {
    while (!this.ending.signal.aborted) {
      for (const alarm of await this.alarms()) await this.look(alarm);
      await wait(LOOKS_EVERY_MS);
    }
  }

  private async alarms(): Promise<MetricAlarm[]> {
    const command = new DescribeAlarmsCommand({ AlarmNamePrefix: this.prefix });
    return (await this.cloudWatch.send(command)).MetricAlarms ?? [];
  }

  private async look(alarm: MetricAlarm): Promise<void> {
    const { AlarmName: name = '', StateValue: state = '', StateReason: reason = '' } = alarm;
    const before = this.states.get(name) ?? state;
    this.states.set(name, state);
    if (before === state) return;
    this.seen.push({ alarm: name, from: before, to: state, reason });
    const { ActionsEnabled = true, AlarmActions = [], OKActions = [] } = alarm;
    if (this.silent || !ActionsEnabled) return;
    for (const TopicArn of state === 'ALARM' ? AlarmActions : state === 'OK' ? OKActions : [])
      await this.sns.send(
        new PublishCommand({
          TopicArn,
          Subject: `${state}: "${name}" in EU (Frankfurt)`.slice(0, 100),
          Message: JSON.stringify(messageOf(alarm, before)),
        }),
      );
  }
}

function messageOf(alarm: MetricAlarm, before: string): object {
  return {
    AlarmName: alarm.AlarmName,
    AlarmDescription: alarm.AlarmDescription,
    AWSAccountId: '123456789012',
    NewStateValue: alarm.StateValue,
    NewStateReason: alarm.StateReason,
    // As CloudWatch writes it: 2026-11-20T02:43:11.089+0000
    StateChangeTime: new Date().toISOString().replace('Z', '+0000'),
    Region: 'EU (Frankfurt)',
    AlarmArn: alarm.AlarmArn,
    OldStateValue: before,
    OKActions: alarm.OKActions ?? [],
    AlarmActions: alarm.AlarmActions ?? [],
    InsufficientDataActions: [],
    Trigger: { MetricName: alarm.MetricName, Namespace: alarm.Namespace, Threshold: alarm.Threshold },
  };
}
