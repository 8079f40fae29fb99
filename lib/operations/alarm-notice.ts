/** What a message of the alarm topic says, in our own words. Pure. */
import { z } from 'zod';
import { ALARMS, parseAlarmName, runbookLink, type NamedAlarm } from '../contract/alarms';
import { cloudWatchConsole } from '../contract/console-links';

/** An event of SNS for Lambda: docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export const topicEventSchema = z.object({
  Records: z
    .array(z.object({ Sns: z.object({ Subject: z.string().nullish(), Message: z.string() }) }))
    .min(1),
});
export type TopicMessage = z.infer<typeof topicEventSchema>['Records'][number]['Sns'];

/** What CloudWatch writes when an alarm changes its state; it has more fields, which change. */
const alarmMessageSchema = z.object({
  AlarmName: z.string(),
  AlarmArn: z.string(),
  OldStateValue: z.string(),
  NewStateValue: z.string(),
  NewStateReason: z.string(),
  StateChangeTime: z.string(),
});
type AlarmMessage = z.infer<typeof alarmMessageSchema>;

export interface AlarmNotice {
  /** As CloudWatch calls it. */
  readonly alarm: string;
  /** What is known of an alarm of ours; somebody may have attached another one. */
  readonly ours: (NamedAlarm & { readonly severity: string; readonly runbook: string }) | undefined;
  readonly state: string;
  readonly previousState: string;
  readonly reason: string;
  readonly changedAt: string;
  /** URL of the alarm in AWS's console. */
  readonly console: string;
}

/** Whatever else comes over the topic. */
export interface OtherNotice {
  readonly subject: string;
  readonly text: string;
}

/** Nothing is dropped: what cannot be read as an alarm is passed on as it is. */
export function noticeOf({ Subject, Message }: TopicMessage, runbookUrl: string): AlarmNotice | OtherNotice {
  const alarm = alarmMessageSchema.safeParse(jsonOf(Message));
  if (!alarm.success) return { subject: Subject ?? 'Message', text: Message };
  return alarmNotice(alarm.data, runbookUrl);
}

function alarmNotice(message: AlarmMessage, runbookUrl: string): AlarmNotice {
  const named = parseAlarmName(message.AlarmName);
  return {
    alarm: message.AlarmName,
    ours: named && { ...named, severity: ALARMS[named.name], runbook: runbookLink(runbookUrl, named.name) },
    state: message.NewStateValue,
    previousState: message.OldStateValue,
    reason: message.NewStateReason,
    changedAt: message.StateChangeTime,
    console: consoleLink(message),
  };
}

/** @returns for example https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/NAME */
function consoleLink({ AlarmArn, AlarmName }: AlarmMessage): string {
  const [, partition = '', , region = ''] = AlarmArn.split(':');
  return cloudWatchConsole({ partition, region }, `alarmsV2:alarm/${encodeURIComponent(AlarmName)}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
