import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { hasDrills } from '../contract/drill-schedule';
import { ENVIRONMENT } from '../contract/environment';
import type { Guardrails } from '../contract/guardrails';
import { limitsOf } from '../contract/limits';
import { FULL_PASS_MINUTES, LIGHT_PASS_MINUTES } from '../contract/metrics';
import { vanishingRulesOf, type MonitorConfig, type Pass } from '../contract/monitor-config';
import { longestLifeDays } from '../contract/retention';
import type { Settings } from '../settings/schema';
import { BundledFunction } from './bundled-function';
import { contactLines } from './contacts';
import type { StorageAccess } from './storage-access';

export interface MonitorProps {
  readonly settings: Settings;
  readonly storage: StorageAccess;
  /** What the storage stack synthesized: see guardrailsOf. */
  readonly guardrails: Guardrails;
  /** Where alarms go: the monitor looks who is subscribed, and sends them the digest. */
  readonly topic: ITopic;
  /** Encrypts what the topic takes. */
  readonly topicKey: IKey;
  /** Gets what could not be delivered: ScheduleNotDelivered counts it. */
  readonly deadLetterQueue: IQueue;
}

const READS_GUARDRAILS = [
  's3:GetBucketObjectLockConfiguration',
  's3:GetBucketPolicy',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketVersioning',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
  's3:GetReplicationConfiguration',
];

const RULE_IDS = { light: 'LightPass', full: 'FullPass', digest: 'Digest' } as const satisfies Record<
  Pass,
  string
>;
/** A digest that comes later than that is none of this day. */
const DIGEST_MINUTES = 120;

/**
 * Publishes every gauge on every pass, so that silence is an alarm: what lib/constructs/gauges.ts names.
 *
 * Passes may overlap: they publish the same, and of two that write the index the last one wins. So no concurrency is reserved, which a new account
 * with its limit of ten would refuse at deployment (docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
 */
export class Monitor extends Construct {
  /** Takes also ECS's events of tasks that stopped, as they come. */
  readonly function: IFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: MonitorProps,
  ) {
    super(scope, id);
    const { storage, topic, settings } = props;
    const program = new BundledFunction(this, 'Program', {
      name: 'monitor',
      description: `Measures the backups of ${settings.name}`,
      /** The longest there is: where its index is lost, a full pass reads every manifest that can matter. */
      timeout: Duration.minutes(15),
      memoryMiB: 512,
      logDays: settings.compute.logDays,
      config: configOf(props),
      environment: {
        [ENVIRONMENT.store]: storage.storeUrl,
        [ENVIRONMENT.statusStore]: `s3://${storage.statusBucketName}`,
        [ENVIRONMENT.signer]: `kms:${storage.manifestSigningKeyArn}`,
        [ENVIRONMENT.evidenceSigner]: `kms:${storage.evidenceSigningKeyArn}`,
        [ENVIRONMENT.backupKey]: storage.backupKeyArn,
        [ENVIRONMENT.alarmTopic]: topic.topicArn,
      },
    });
    this.function = program.function;
    /** A task's end that could not be recorded at once still counts an hour later; a pass is followed by the next. */
    this.function.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(1) });
    this.grantReads(program);
    this.schedule('light', Schedule.rate(Duration.minutes(LIGHT_PASS_MINUTES)), LIGHT_PASS_MINUTES);
    this.schedule('full', Schedule.rate(Duration.minutes(FULL_PASS_MINUTES)), FULL_PASS_MINUTES);
    this.addDigest(program);
  }

  /** The topic is asked for by the role alone: its policy names services. SNS uses the key in the role's name. */
  private addDigest(program: BundledFunction): void {
    const { topic, topicKey, settings } = this.props;
    const hour = settings.notifications.digestHour;
    if (hour === 'never') return;
    program.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn] }),
    );
    program.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [topicKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `sns.${Stack.of(this).region}.amazonaws.com` } },
      }),
    );
    this.schedule('digest', Schedule.cron({ minute: '0', hour: `${hour}` }), DIGEST_MINUTES);
  }

  private grantReads(program: BundledFunction): void {
    const { storage, topic } = this.props;
    storage.grantMonitor(program);
    for (const [actions, resource] of [
      [READS_GUARDRAILS, storage.bucketArn],
      [['kms:DescribeKey', 'kms:GetKeyRotationStatus'], storage.backupKeyArn],
      [['sns:ListSubscriptionsByTopic'], topic.topicArn],
    ] as const)
      program.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({ actions: [...actions], resources: [resource] }),
      );
  }

  /** @param minutes for which EventBridge tries to deliver it */
  private schedule(pass: Pass, schedule: Schedule, minutes: number): void {
    new Rule(this, RULE_IDS[pass], {
      description: `Each ${pass} pass of the monitor of ${this.props.settings.name}`,
      schedule,
      targets: [
        new LambdaFunction(this.function, {
          event: RuleTargetInput.fromObject({ pass }),
          retryAttempts: 2,
          maxEventAge: Duration.minutes(minutes),
          deadLetterQueue: this.props.deadLetterQueue,
        }),
      ],
    });
  }
}

function configOf({ settings, guardrails }: MonitorProps): MonitorConfig {
  const databases = Object.entries(settings.databases).map(([name, database]) => {
    const { schedule, keepDays, drill, alarms } = database;
    const { cron, timeZone, seasons, flexibleMinutes, expectedMinutes } = schedule;
    const monitored = {
      schedule: { cron, timeZone, seasons, flexibleMinutes, expectedMinutes },
      longestLifeDays: longestLifeDays(keepDays),
      drills: hasDrills(database) ? { expectedMinutes: drill.expectedMinutes } : null,
      vanishing: vanishingRulesOf(alarms),
      limits: limitsOf(database),
    };
    return [name, monitored] as const;
  });
  return {
    installation: settings.name,
    databases: Object.fromEntries(databases),
    defaultLockDays: settings.lock.days,
    emails: settings.notifications.emails,
    guardrails,
    runbookUrl: settings.notifications.runbookUrl,
    contacts: contactLines(settings.notifications),
  };
}
