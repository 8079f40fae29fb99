/** Alarms by name: the name is also the heading in docs/runbook.md. */
export const ALARM_SEVERITIES = ['high', 'medium', 'low'] as const;
export type AlarmSeverity = (typeof ALARM_SEVERITIES)[number];

/** `high`: data may be lost, act now. `medium`: act today. `low`: act this week. */
export const ALARMS = {
  BackupMissing: 'high',
  BackupFailed: 'high',
  BackupShrunken: 'high',
  BackupSlow: 'medium',
  RowsVanished: 'high',
  DrillMissing: 'medium',
  DrillFailed: 'high',
  RestoreTooSlow: 'medium',
  StoredDataFaulty: 'high',
  HoldStale: 'medium',
  ScheduleNotDelivered: 'high',
  MonitorSilent: 'high',
  GuardrailChanged: 'high',
  SubscriptionUnconfirmed: 'medium',
} as const satisfies Record<string, AlarmSeverity>;
export type AlarmName = keyof typeof ALARMS;

/** Those that only a database with drills has. */
export const DRILL_ALARMS = ['DrillMissing', 'DrillFailed', 'RestoreTooSlow'] as const;
/** Those that each database has; the others are of the installation. */
export const DATABASE_ALARMS = [
  'BackupMissing',
  'BackupFailed',
  'BackupShrunken',
  'BackupSlow',
  'RowsVanished',
  ...DRILL_ALARMS,
  'StoredDataFaulty',
  'HoldStale',
] as const;
export type DatabaseAlarmName = (typeof DATABASE_ALARMS)[number];
export type SystemAlarmName = Exclude<AlarmName, DatabaseAlarmName>;

/**
 * As it is called in CloudWatch: unique in the account, and its runbook heading can be read from it.
 * @param database with the stack that it is in, for example `backstop-BackupMissing-shop@databases-1`: where a database
 * moves to another stack, the stack that it leaves would else delete the new alarm of the same name
 */
export function alarmName(
  installation: string,
  name: AlarmName,
  database?: { readonly name: string; readonly stack: string },
): string {
  const of = database === undefined ? [] : [`${database.name}@${database.stack}`];
  return [installation, name, ...of].join('-');
}

export interface NamedAlarm {
  readonly installation: string;
  readonly name: AlarmName;
  readonly database?: string;
}

const ALARM_NAME = new RegExp(
  `^(?<installation>[a-z0-9-]+)-(?<name>${Object.keys(ALARMS).join('|')})(?:-(?<database>[^@]+)@.+)?$`,
);

/** The other way round; undefined for an alarm that is none of ours. */
export function parseAlarmName(text: string): NamedAlarm | undefined {
  const { installation = '', name = '', database } = ALARM_NAME.exec(text)?.groups ?? {};
  if (!isAlarmName(name)) return undefined;
  return { installation, name, ...(database !== undefined && { database }) };
}

function isAlarmName(name: string): name is AlarmName {
  return Object.hasOwn(ALARMS, name);
}

/** @param runbookUrl as in the settings: a URL or path */
export function runbookLink(runbookUrl: string, name: AlarmName): string {
  return `${runbookUrl}#${name.toLowerCase()}`;
}
