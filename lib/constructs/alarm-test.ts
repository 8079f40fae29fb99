import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { MONTHLY_TESTED_ALARM, type AlarmTestConfig } from '../contract/alarm-test';
import { ALARM_TESTS_PREFIX } from '../contract/alarm-test-record';
import { alarmName } from '../contract/alarms';
import { ENVIRONMENT } from '../contract/environment';
import type { AlarmWitness } from './alarm-witness';
import { BundledFunction } from './bundled-function';
import type { StorageAccess } from './storage-access';

export interface AlarmTestProps {
  readonly installation: string;
  readonly storage: StorageAccess;
  readonly witness: AlarmWitness;
  /** Gets what could not be delivered, and the test of an alarm that never arrived: ScheduleNotDelivered counts it. */
  readonly deadLetterQueue: IQueue;
  readonly logDays: number;
}

/** A test that nobody could begin for so long is not made up for: the next one comes in a month. */
const MAX_EVENT_AGE = Duration.hours(6);

/**
 * Sets one alarm off each month and looks that its message arrives: an alarm that nobody hears is seen before it is
 * needed. Its role may set no other alarm's state.
 */
export class AlarmTest extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlarmTestProps,
  ) {
    super(scope, id);
    const { installation, storage, witness, deadLetterQueue, logDays } = props;
    const config: AlarmTestConfig = { alarm: alarmName(installation, MONTHLY_TESTED_ALARM) };
    const program = new BundledFunction(this, 'Program', {
      name: 'alarm-test',
      description: `Tests each month that alarms of ${installation} arrive`,
      /** It waits twice, and puts the alarm's state back. */
      timeout: Duration.minutes(10),
      memoryMiB: 256,
      logDays,
      config,
      environment: {
        [ENVIRONMENT.alarmWitness]: witness.queue.queueUrl,
        [ENVIRONMENT.statusStore]: `s3://${storage.statusBucketName}`,
      },
    });
    /** Tried again, it would only send more messages to people. */
    program.function.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: MAX_EVENT_AGE,
      onFailure: new SqsDestination(deadLetterQueue),
    });
    this.grant(program, config.alarm);
    this.schedule(program);
  }

  private grant(program: BundledFunction, alarm: string): void {
    const { storage, witness } = this.props;
    witness.grantRead(program);
    for (const [action, resource] of [
      ['cloudwatch:SetAlarmState', this.alarmArn(alarm)],
      /** IAM asks for all alarms, whichever are named. */
      ['cloudwatch:DescribeAlarms', this.alarmArn('*')],
      ['s3:PutObject', `${storage.statusBucketArn}/${ALARM_TESTS_PREFIX}*`],
    ] as const)
      program.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({ actions: [action], resources: [resource] }),
      );
  }

  private alarmArn(name: string): string {
    return Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** The first Monday at 09:00 UTC: people are there, and it is no day of many other reports. */
  private schedule(program: BundledFunction): void {
    const { installation, deadLetterQueue } = this.props;
    new Rule(this, 'Monthly', {
      description: `The monthly test of an alarm of ${installation}`,
      schedule: Schedule.expression('cron(0 9 ? * 2#1 *)'),
      targets: [
        new LambdaFunction(program.function, {
          retryAttempts: 2,
          maxEventAge: MAX_EVENT_AGE,
          deadLetterQueue,
        }),
      ],
    });
  }
}
