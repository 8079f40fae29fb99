/** All that is known of one database when its status is made, whoever looked: the monitor, or the command line. */
import type { Limits } from '../../contract/limits';
import type { MonitoredDatabase, VanishingRules } from '../../contract/monitor-config';
import type { PointIndex } from '../../contract/point-index';
import type { StoppedTask } from '../../contract/stopped-task';
import type { AuditEntry } from '../audit-log';
import type { Measured } from '../monitor/measured';
import type { Unseen } from './trouble';

/** What its settings say. */
export interface ToldDatabase {
  readonly limits: Limits;
  /** Which loss of rows is told. */
  readonly vanishing: VanishingRules;
  readonly schedule: MonitoredDatabase['schedule'];
  /** null where none are asked for. */
  readonly drills: { readonly expectedMinutes: number } | null;
}

export interface DatabaseFacts {
  readonly name: string;
  /** undefined where no settings are at hand. */
  readonly told: ToldDatabase | undefined;
  /** Its points and drills; undefined where they could not be looked at. */
  readonly index: PointIndex | undefined;
  /** What its alarms look at, as far as it could be measured. */
  readonly gauges: Measured;
  /** Of the days of a status, newest first. */
  readonly audit: readonly AuditEntry[];
  /** Tasks that ECS saw end badly in these days. */
  readonly stoppedTasks: readonly StoppedTask[];
  /** What could not be looked at. */
  readonly unseen: readonly Unseen[];
}
