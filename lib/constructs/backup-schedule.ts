import { Construct } from 'constructs';
import type { ScheduleSettings } from '../settings/schedule-schema';
import type { ProgramTask } from './program-task';
import type { TaskPlacement } from './task-placement';
import { TaskSchedule } from './task-schedule';
import { TaskStart } from './task-start';

export interface BackupScheduleProps {
  readonly installation: string;
  /** Its name in the settings. */
  readonly database: string;
  readonly settings: ScheduleSettings;
  readonly task: ProgramTask;
  readonly placement: TaskPlacement;
}

/** Starts the backups of one database, under a role that starts nothing else. */
export class BackupSchedule extends Construct {
  constructor(scope: Construct, id: string, { settings, database, ...props }: BackupScheduleProps) {
    super(scope, id);
    const { installation } = props;
    new TaskSchedule(this, 'Times', {
      ...props,
      description: `Backup of ${database} (${installation})`,
      times: settings,
      start: new TaskStart(this, 'Start', {
        installation,
        description: `Starts backups of ${database} (${installation})`,
      }),
    });
  }
}
