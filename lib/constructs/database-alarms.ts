import type { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  MathExpression,
  TreatMissingData,
  type Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { DatabaseAlarmName } from '../contract/alarms';
import { limitsOf, type Limits } from '../contract/limits';
import type { DatabaseGauge } from '../contract/metrics';
import type { BackedUpDatabase } from '../settings/database-schema';
import { gauge } from './gauges';
import {
  FULL_WINDOW,
  LIGHT_WINDOW,
  RunbookAlarm,
  type AlarmTarget,
  type RunbookAlarmProps,
} from './runbook-alarm';

export interface DatabaseAlarmsProps extends AlarmTarget {
  /** Its name in the settings. */
  readonly database: string;
  readonly settings: Pick<BackedUpDatabase, 'alarms' | 'drill' | 'rpoHours' | 'rtoMinutes' | 'schedule'>;
}

/** What must never pass unseen in the backups of one database, wherever its backups run. */
export class DatabaseAlarms extends Construct {
  private readonly limits: Limits;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DatabaseAlarmsProps,
  ) {
    super(scope, id);
    this.limits = limitsOf(props.settings);
    this.addMissing();
    this.addFailed();
    this.addShrunken();
    this.addSlow();
    this.addRowsVanished();
    const { provenHours } = this.limits;
    if (provenHours !== null) this.addDrillAlarms(provenHours);
    this.addStoredDataFaulty();
    this.addHoldStale();
  }

  private addMissing(): void {
    const hours = this.limits.newestHours;
    this.add('BackupMissing', {
      meaning: `the newest recovery point is older than ${hours} h.`,
      metric: this.gauge('newestPointAge', LIGHT_WINDOW),
      threshold: hours,
    });
  }

  private addFailed(): void {
    this.add('BackupFailed', {
      meaning:
        'a run failed, was stopped, is stuck or never began, and none since then made a recovery point.',
      metric: new MathExpression({
        expression: 'failed + overdue + stuck',
        label: 'Runs that failed, never began or are stuck',
        usingMetrics: {
          failed: this.gauge('failedRuns', LIGHT_WINDOW),
          overdue: this.gauge('overdueSlots', LIGHT_WINDOW),
          stuck: this.gauge('stuckRuns', LIGHT_WINDOW),
        },
        period: LIGHT_WINDOW,
      }),
      threshold: 0,
    });
  }

  /** A comparison gives 1 where it holds. */
  private addShrunken(): void {
    const { shrunkenBelow, minimumBytes } = this.limits;
    this.add('BackupShrunken', {
      meaning: `the newest recovery point has less than ${shrunkenBelow} of the usual size, or less than ${minimumBytes} bytes.`,
      metric: new MathExpression({
        expression: `(ratio < ${shrunkenBelow}) + (bytes < ${minimumBytes})`,
        label: 'Too small by share, too small by bytes',
        usingMetrics: {
          ratio: this.gauge('sizeRatio', FULL_WINDOW),
          bytes: this.gauge('storedBytes', FULL_WINDOW),
        },
        period: FULL_WINDOW,
      }),
      threshold: 0,
    });
  }

  /**
   * Two of three: slower than usual and not quick anyway, or slower than expected, which is not quick either. A sum says
   * that by what AWS documents of missing values.
   */
  private addSlow(): void {
    const { slowAbove, slowMinimumMinutes, expectedMinutes } = this.limits;
    const quickSeconds = Math.min(slowMinimumMinutes, expectedMinutes) * 60;
    this.add('BackupSlow', {
      meaning: `the newest backup took more than ${slowAbove} times as long as usual and more than ${slowMinimumMinutes} minutes, or more than the expected ${expectedMinutes} minutes.`,
      metric: new MathExpression({
        expression: `(ratio > ${slowAbove}) + (seconds > ${quickSeconds}) + (seconds > ${expectedMinutes * 60})`,
        label: 'Slower than usual, not quick, slower than expected: two of three',
        usingMetrics: {
          ratio: this.gauge('durationRatio', FULL_WINDOW),
          seconds: this.gauge('backupSeconds', FULL_WINDOW),
        },
        period: FULL_WINDOW,
      }),
      threshold: 1,
    });
  }

  private addRowsVanished(): void {
    const { vanishedShare, vanishedMinimumRows } = this.props.settings.alarms;
    this.add('RowsVanished', {
      meaning: `tables of at least ${vanishedMinimumRows} rows lost ${vanishedShare} of them or more since a point before the newest.`,
      metric: this.gauge('vanishedTables', FULL_WINDOW),
      threshold: 0,
    });
  }

  private addDrillAlarms(hours: number): void {
    const { restoreMinutes } = this.limits;
    this.add('DrillMissing', {
      meaning: `the newest recovery point that a drill has proven is older than ${hours} h.`,
      metric: this.gauge('provenPointAge', LIGHT_WINDOW),
      threshold: hours,
    });
    this.add('DrillFailed', {
      meaning: 'a drill failed, was stopped or is stuck, and none since then proved a recovery point.',
      metric: this.gauge('failedDrills', LIGHT_WINDOW),
      threshold: 0,
    });
    this.add('RestoreTooSlow', {
      meaning: `the newest drill that proved a point took longer to restore it than ${restoreMinutes} minutes.`,
      metric: this.gauge('drillRestoreSeconds', LIGHT_WINDOW),
      threshold: restoreMinutes * 60,
    });
  }

  private addStoredDataFaulty(): void {
    this.add('StoredDataFaulty', {
      meaning:
        'objects of a recovery point are missing, changed or unlocked, or a manifest is gone or cannot be believed.',
      metric: new MathExpression({
        expression: 'objects + manifests + kept',
        label: 'Faults of stored objects, manifests that cannot be believed, faults of older points',
        usingMetrics: {
          objects: this.gauge('storedFaults', FULL_WINDOW),
          manifests: this.gauge('faultyManifests', FULL_WINDOW),
          kept: this.gauge('keptFaults', FULL_WINDOW),
        },
        period: FULL_WINDOW,
      }),
      threshold: 0,
    });
  }

  private addHoldStale(): void {
    this.add('HoldStale', {
      meaning:
        'objects of the newest recovery point are not locked to their end, or proven ones are not held.',
      metric: this.gauge('unkeptObjects', FULL_WINDOW),
      threshold: 0,
    });
  }

  private gauge(name: DatabaseGauge, period: Duration): Metric {
    return gauge(this.props.installation, name, this.props.database).with({ period });
  }

  private add(
    name: DatabaseAlarmName,
    props: Pick<RunbookAlarmProps, 'meaning' | 'metric' | 'threshold'>,
  ): void {
    new RunbookAlarm(this, this.props, {
      ...props,
      name,
      database: this.props.database,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }
}
