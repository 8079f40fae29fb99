import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule, type RuleProps } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, type LambdaFunctionProps } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { hasDrills } from '../contract/drill-schedule';
import { ENVIRONMENT } from '../contract/environment';
import type { KeeperConfig } from '../contract/keeper-config';
import { keeperRoleName } from '../contract/names';
import { PREFIXES } from '../contract/object-keys';
import type { Settings } from '../settings/schema';
import { BundledFunction } from './bundled-function';
import { longestLockDays } from './create-only-policy';
import type { StorageAccess } from './storage-access';

export interface KeeperProps {
  readonly settings: Settings;
  readonly storage: StorageAccess;
  /** Gets what could not be delivered, and what a run refused or failed at: ScheduleNotDelivered counts it. */
  readonly deadLetterQueue: IQueue;
}

/** What was not delivered in so long is done by the next sweep. */
const MAX_EVENT_AGE = Duration.hours(6);

/**
 * Locks each new recovery point to its end, holds the newest proven one, and lets the others go: the one program that may.
 * Where it does not run, nothing expires.
 */
export class Keeper extends Construct {
  readonly function: IFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KeeperProps,
  ) {
    super(scope, id);
    const { settings, storage } = props;
    const program = new BundledFunction(this, 'Program', {
      name: 'keeper',
      description: `Locks and holds the recovery points of ${settings.name}, and lets old ones go`,
      /** The bucket's policy leaves it through by this name. */
      roleName: keeperRoleName(settings.name, Stack.of(this).region),
      timeout: Duration.minutes(15),
      memoryMiB: 512,
      logDays: settings.compute.logDays,
      config: configOf(settings),
      environment: {
        [ENVIRONMENT.store]: storage.storeUrl,
        [ENVIRONMENT.signer]: `kms:${storage.manifestSigningKeyArn}`,
        [ENVIRONMENT.evidenceSigner]: `kms:${storage.evidenceSigningKeyArn}`,
      },
    });
    this.function = program.function;
    this.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: MAX_EVENT_AGE,
      onFailure: new SqsDestination(props.deadLetterQueue),
    });
    storage.grantKeep(program);
    this.callOnDocuments();
    this.callDaily();
  }

  private callOnDocuments(): void {
    this.rule('NewDocument', {
      description: `Each new manifest and each new evidence of ${this.props.settings.name}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [this.props.storage.bucketName] },
          object: { key: [{ prefix: PREFIXES.manifests }, { prefix: PREFIXES.evidence }] },
        },
      },
    });
  }

  /** Shortly before midnight UTC, when S3 looks what may go. */
  private callDaily(): void {
    const description = `The keeper's daily sweep over ${this.props.settings.name}`;
    const schedule = Schedule.cron({ hour: '22', minute: '30' });
    this.rule('Sweep', { description, schedule }, { event: RuleTargetInput.fromObject({ sweep: true }) });
  }

  private rule(id: string, props: RuleProps, target: LambdaFunctionProps = {}): void {
    const { deadLetterQueue } = this.props;
    const delivery = { retryAttempts: 10, maxEventAge: MAX_EVENT_AGE, deadLetterQueue };
    new Rule(this, id, {
      ...props,
      targets: [new LambdaFunction(this.function, { ...delivery, ...target })],
    });
  }
}

function configOf({ lock, databases }: Settings): KeeperConfig {
  const lockMode = lock.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE';
  const drilled = Object.entries(databases).filter(([, database]) => hasDrills(database));
  const drilledDatabases = drilled.map(([name]) => name);
  return { lockMode, longestLockDays: longestLockDays(databases), drilledDatabases };
}
