import { Stack, type StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { alarmTargetOf } from '../constructs/alarm-topic';
import { isReached } from '../constructs/backup-environment';
import { BackupSchedule } from '../constructs/backup-schedule';
import { BackupTask } from '../constructs/backup-task';
import { DatabaseAlarms } from '../constructs/database-alarms';
import { Drills } from '../constructs/drills';
import type { AlarmTarget } from '../constructs/runbook-alarm';
import { StorageAccess } from '../constructs/storage-access';
import { publishedPlacement } from '../constructs/task-placement';
import { hasDrills } from '../contract/drill-schedule';
import type { Settings } from '../settings/schema';

export interface DatabasesStackProps extends StackProps {
  readonly settings: Settings;
  /** Names of the databases, as in the settings. */
  readonly databases: readonly string[];
}

/** What exists once per database: at most 18 of them, so that it fits into a stack. */
export class DatabasesStack extends Stack {
  readonly storage: StorageAccess;
  private readonly alarms: AlarmTarget;
  private readonly drills: Drills | undefined;

  constructor(scope: Construct, id: string, props: DatabasesStackProps) {
    /** Indentation would double a template of 18 databases, which may have a megabyte. */
    super(scope, id, { suppressTemplateIndentation: true, ...props });
    const { settings } = props;
    this.storage = new StorageAccess(this, settings.name);
    this.alarms = alarmTargetOf(this, settings);
    this.drills = props.databases.some((name) => isDrilled(name, settings))
      ? new Drills(this, 'Drills', { settings, storage: this.storage })
      : undefined;
    for (const name of props.databases) this.addDatabase(name, settings);
  }

  private addDatabase(name: string, { name: installation, compute, network, databases }: Settings): void {
    const settings = databases[name];
    if (settings === undefined) return;
    const scope = new Construct(this, name);
    new DatabaseAlarms(scope, 'Alarms', { ...this.alarms, database: name, settings });
    this.drills?.add(scope, name, settings);
    if (!isReached(settings)) return;
    const { storage } = this;
    const placement = publishedPlacement(this, installation, network);
    const { task } = new BackupTask(scope, 'Backup', {
      installation,
      database: name,
      settings,
      compute,
      storage,
    });
    const schedule = { installation, database: name, settings: settings.schedule, task, placement };
    new BackupSchedule(scope, 'Schedule', schedule);
  }
}

function isDrilled(name: string, { databases }: Settings): boolean {
  const database = databases[name];
  return database !== undefined && hasDrills(database);
}
