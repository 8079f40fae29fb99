import { Construct } from 'constructs';
import { hasDrills } from '../contract/drill-schedule';
import type { BackedUpDatabase } from '../settings/database-schema';
import type { Settings } from '../settings/schema';
import { DrillTask } from './drill-task';
import { NewPointRule } from './new-point-rule';
import { newStart, type SharedStart } from './program-task';
import type { StorageAccess } from './storage-access';
import { publishedPlacement, type TaskPlacement } from './task-placement';
import { TaskSchedule } from './task-schedule';
import { TaskStart } from './task-start';

export interface DrillsProps {
  readonly settings: Settings;
  readonly storage: StorageAccess;
}

/**
 * The drills of a stack's databases: each has a task and a role of its own; what starts them, and their log, is shared,
 * because a stack has room for 500 resources.
 */
export class Drills extends Construct {
  private readonly shared: SharedStart;
  private readonly start: TaskStart;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DrillsProps,
  ) {
    super(scope, id);
    const { name: installation, compute } = props.settings;
    this.shared = newStart(this, `Start of drill tasks of ${installation}`, compute);
    this.start = new TaskStart(this, 'Start', {
      installation,
      description: `Starts drills of ${installation}`,
      byRules: true,
    });
  }

  /**
   * @param scope of what belongs to the database alone
   * @param database its name in the settings
   */
  add(scope: Construct, database: string, settings: BackedUpDatabase): void {
    if (!hasDrills(settings)) return;
    const { storage, settings: all } = this.props;
    const { name: installation, compute } = all;
    const { task } = new DrillTask(scope, 'Drill', {
      installation,
      database,
      settings,
      compute,
      storage,
      shared: this.shared,
    });
    const { when } = settings.drill;
    const started = { installation, start: this.start, task, placement: this.placementOf(settings) };
    if (typeof when === 'string') new NewPointRule(scope, 'DrillStart', { ...started, database, storage });
    else
      new TaskSchedule(scope, 'DrillStart', {
        ...started,
        description: `Drill of ${database} (${installation})`,
        times: { ...when, seasons: [] },
      });
  }

  /** A throw-away server lies in the task itself, which needs AWS and nothing else. */
  private placementOf({ drill: { target } }: BackedUpDatabase): TaskPlacement {
    const { name, network } = this.props.settings;
    return publishedPlacement(this, name, network, target === 'throw-away' ? 'aws' : 'anything');
  }
}
