/** Alarms by name: the name is also the heading in docs/runbook.md. */
export const ALARM_SEVERITIES = ['high', 'medium', 'low'] as const;
export type AlarmSeverity = (typeof ALARM_SEVERITIES)[number];

/** `high`: data may be lost, act now. `medium`: act today. `low`: act this week. */
export const ALARMS = {
  BackupMissing: 'high',
  BackupFailed: 'high',
  BackupShrunken: 'high',
  ScheduleNotDelivered: 'high',
  MonitorSilent: 'high',
  GuardrailChanged: 'high',
  SubscriptionUnconfirmed: 'medium',
} as const satisfies Record<string, AlarmSeverity>;
export type AlarmName = keyof typeof ALARMS;

/** As it is called in CloudWatch: unique in the account, and its runbook heading can be read from it. */
export function alarmName(installation: string, name: AlarmName, database?: string): string {
  return [installation, name, ...(database === undefined ? [] : [database])].join('-');
}
