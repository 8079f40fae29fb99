import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type ComparisonOperator,
  type IMetric,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmName, ALARMS, runbookLink, type AlarmName } from '../contract/alarms';
import { FULL_PASS_MINUTES, LIGHT_PASS_MINUTES } from '../contract/metrics';

/** Where every alarm of an installation goes, and where it says what to do. */
export interface AlarmTarget {
  readonly installation: string;
  readonly topic: ITopic;
  /** As in the settings: a URL or path. */
  readonly runbookUrl: string;
}

export interface RunbookAlarmProps {
  /** Also the heading in the runbook. */
  readonly name: AlarmName;
  /** What is wrong when it comes, in one sentence. */
  readonly meaning: string;
  /** @default - an alarm of the installation */
  readonly database?: string;
  readonly metric: IMetric;
  readonly comparisonOperator: ComparisonOperator;
  readonly threshold: number;
  /** What silence means: CloudWatch's own default would hide it. */
  readonly treatMissingData: TreatMissingData;
  /** @default 1 */
  readonly evaluationPeriods?: number;
}

/** An alarm that says what it means and what to do, and tells also when it is over. */
export class RunbookAlarm extends Alarm {
  constructor(scope: Construct, target: AlarmTarget, props: RunbookAlarmProps) {
    const { name, database, meaning, evaluationPeriods = 1, ...semantics } = props;
    const subject = database === undefined ? target.installation : `${database} (${target.installation})`;
    const place = database === undefined ? undefined : { name: database, stack: stackOf(scope, target) };
    super(scope, name, {
      ...semantics,
      evaluationPeriods,
      datapointsToAlarm: evaluationPeriods,
      alarmName: alarmName(target.installation, name, place),
      alarmDescription: `${subject}: ${meaning}\n\nSeverity: ${ALARMS[name]}. What to do: ${runbookLink(target.runbookUrl, name)}`,
    });
    const action = new SnsAction(target.topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}

/** For example `databases-1`. */
function stackOf(scope: Construct, { installation }: AlarmTarget): string {
  return Stack.of(scope).stackName.replace(new RegExp(`^${installation}-`), '');
}

/**
 * How long an alarm looks back: three passes of the monitor. CloudWatch slides this window minute by minute, and it holds
 * a value even where one pass is late and the next one fails. So the one window decides at once, at its worst value,
 * and silence breaches only when the monitor really is silent.
 */
export const LIGHT_WINDOW = Duration.minutes(3 * LIGHT_PASS_MINUTES);
export const FULL_WINDOW = Duration.minutes(3 * FULL_PASS_MINUTES);
