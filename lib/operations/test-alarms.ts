/** Tests alarms one after the other, and keeps what came of each. */
import type { AlarmTested, AlarmTestTools } from './alarm-test';
import { notTestable, testAlarm } from './alarm-test';
import type { OwnAlarm } from './installation-alarms';
import { recordAlarmTest } from './record-alarm-test';
import { messageOf } from '../contract/failure';
import type { Store } from '../runtime/store';

export interface AlarmTestsRequest {
  readonly chosen: readonly OwnAlarm[];
  readonly requestedBy: string;
  readonly waitSeconds?: number;
}

export interface AlarmTestsTools extends AlarmTestTools {
  /** Where results are kept; undefined where it is not known. */
  readonly statusStore: Store | undefined;
  /** A new one for each test. */
  newId(): string;
}

/** Those that a test would set off now. */
export function testableOf(chosen: readonly OwnAlarm[]): OwnAlarm[] {
  return chosen.filter(({ live }) => notTestable(live) === undefined);
}

/** @throws as testAlarm; the state of the one that is under test is put back */
export async function testAlarms(request: AlarmTestsRequest, tools: AlarmTestsTools): Promise<AlarmTested[]> {
  const { chosen, requestedBy, waitSeconds } = request;
  const { reporter, statusStore } = tools;
  let kept = statusStore;
  const results: AlarmTested[] = [];
  for (const { live } of chosen) {
    const wait = waitSeconds === undefined ? {} : { waitSeconds };
    const tested = await testAlarm(live.name, { requestedBy, id: tools.newId(), ...wait }, tools);
    results.push(tested);
    reporter.progress({ phase: 'alarm-test', done: results.length, total: chosen.length, unit: 'alarms' });
    await keep(kept, tested, requestedBy).catch((error: unknown) => {
      kept = undefined;
      reporter.warn(`What came of the test is not kept: ${messageOf(error)}`);
    });
  }
  return results;
}

async function keep(store: Store | undefined, tested: AlarmTested, by: string): Promise<void> {
  if (store !== undefined) await recordAlarmTest(store, tested, by);
}

/** Where to look when a message did not come: the first of these is most often it. */
export function whereToLook({ alarmActions, okActions }: OwnAlarm['live'], topicArn: string): string[] {
  const silent = [
    ...(alarmActions.includes(topicArn) ? [] : ['when it comes']),
    ...(okActions.includes(topicArn) ? [] : ['when it goes']),
  ];
  if (silent.length > 0)
    return [`its actions do not name the topic ${topicArn} (${silent.join(', ')}): deploy again`];
  return [
    'the subscription of the witness queue to the topic: where it is gone, deploy again',
    "the topic's policy: cloudwatch.amazonaws.com must be allowed sns:Publish (AllowAlarms)",
    "the policy of the topic's key: cloudwatch.amazonaws.com must be allowed kms:Decrypt and kms:GenerateDataKey* (AllowAlarms)",
    "the witness queue's policy: sns.amazonaws.com must be allowed sqs:SendMessage for this topic",
  ];
}
