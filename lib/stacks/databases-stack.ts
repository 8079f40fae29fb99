import { Stack, type StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { alarmTargetOf } from '../constructs/alarm-topic';
import { DatabaseAlarms } from '../constructs/database-alarms';
import { programLog } from '../constructs/program-log';
import type { AlarmTarget } from '../constructs/runbook-alarm';
import { StorageAccess } from '../constructs/storage-access';
import type { Settings } from '../settings/schema';

export interface DatabasesStackProps extends StackProps {
  readonly settings: Settings;
  /** Names of the databases, as in the settings. */
  readonly databases: readonly string[];
}

/** What exists once per database: at most 25 of them, so that it fits into a stack. */
export class DatabasesStack extends Stack {
  readonly storage: StorageAccess;
  private readonly alarms: AlarmTarget;

  constructor(scope: Construct, id: string, props: DatabasesStackProps) {
    super(scope, id, props);
    this.storage = new StorageAccess(this, props.settings.name);
    this.alarms = alarmTargetOf(this, props.settings);
    for (const name of props.databases) this.addDatabase(name, props.settings);
  }

  private addDatabase(name: string, { compute, databases }: Settings): void {
    const scope = new Construct(this, name);
    const settings = databases[name];
    if (settings === undefined) return;
    new DatabaseAlarms(scope, 'Alarms', { ...this.alarms, database: name, settings });
    programLog(scope, compute.logDays);
  }
}
