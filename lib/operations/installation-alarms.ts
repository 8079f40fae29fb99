/** The alarms of one installation: how each is, worst first, and which are not there. Pure. */
import {
  ALARM_SEVERITIES,
  ALARMS,
  DATABASE_ALARMS,
  DRILL_ALARMS,
  parseAlarmName,
  runbookLink,
  type AlarmName,
  type AlarmSeverity,
  type NamedAlarm,
} from '../contract/alarms';
import { ALARM_STATES, type AlarmState, type LiveAlarm } from '../runtime/cloudwatch-alarms';

export interface ToldAlarm {
  readonly name: AlarmName;
  /** null for an alarm of the installation. */
  readonly database: string | null;
  readonly severity: AlarmSeverity;
  readonly state: AlarmState;
  readonly since: string;
  readonly reason: string;
  /** Whether anybody is told when it comes. */
  readonly actionsEnabled: boolean;
  readonly runbook: string;
  /** As CloudWatch calls it. */
  readonly alarm: string;
}

export interface MissingAlarm {
  readonly name: AlarmName;
  readonly database: string | null;
}

export interface InstallationAlarms {
  readonly alarms: readonly ToldAlarm[];
  /** Of the installation, and of each database of which there is an alarm: one without any cannot be known. */
  readonly missing: readonly MissingAlarm[];
}

export interface OwnAlarm extends NamedAlarm {
  readonly live: LiveAlarm;
}

/** Those of this installation: the names of another one may begin alike. */
export function ownAlarms(installation: string, live: readonly LiveAlarm[]): OwnAlarm[] {
  return live.flatMap((alarm) => {
    const named = parseAlarmName(alarm.name);
    return named?.installation === installation ? [{ ...named, live: alarm }] : [];
  });
}

export function installationAlarms(own: readonly OwnAlarm[]): InstallationAlarms {
  const alarms = own
    .map(toldAlarm)
    .sort(
      (a, b) =>
        ALARM_STATES.indexOf(a.state) - ALARM_STATES.indexOf(b.state) ||
        ALARM_SEVERITIES.indexOf(a.severity) - ALARM_SEVERITIES.indexOf(b.severity) ||
        ORDER.indexOf(a.name) - ORDER.indexOf(b.name) ||
        compareTexts(a.database ?? '', b.database ?? ''),
    );
  return { alarms, missing: missingOf(alarms) };
}

/** Whether somebody should look: one that came, that knows nothing, that tells nobody, or that is not there. */
export function needsAttention({ alarms, missing }: InstallationAlarms): boolean {
  return missing.length > 0 || alarms.some(({ state, actionsEnabled }) => state !== 'OK' || !actionsEnabled);
}

const ORDER = Object.keys(ALARMS) as AlarmName[];
const OF_DATABASE: readonly AlarmName[] = DATABASE_ALARMS;
const OF_DRILLS: readonly AlarmName[] = DRILL_ALARMS;

function toldAlarm({ name, database, live }: OwnAlarm): ToldAlarm {
  const { state, since, reason, actionsEnabled, description } = live;
  const severity = ALARMS[name];
  const facts = {
    name,
    database: database ?? null,
    severity,
    state,
    since: since.toISOString(),
    reason,
    actionsEnabled,
  };
  return { ...facts, runbook: runbookOf(description, name), alarm: live.name };
}

/** The alarm itself says where the runbook is: the settings' runbookUrl was written into it at deployment. */
function runbookOf(description: string, name: AlarmName): string {
  return /What to do: (\S+)\s*$/.exec(description)?.[1] ?? runbookLink('docs/runbook.md', name);
}

function missingOf(alarms: readonly ToldAlarm[]): MissingAlarm[] {
  const has = (name: AlarmName, database: string | null) =>
    alarms.some((alarm) => alarm.name === name && alarm.database === database);
  const databases = new Set(alarms.flatMap(({ database }) => (database === null ? [] : [database])));
  const ofInstallation = ORDER.filter((name) => !OF_DATABASE.includes(name));
  const expected = [
    ...ofInstallation.map((name) => ({ name, database: null })),
    ...[...databases].sort(compareTexts).flatMap((database) => {
      // A database without drills has none of theirs.
      const drilled = OF_DRILLS.some((name) => has(name, database));
      const names = OF_DATABASE.filter((name) => drilled || !OF_DRILLS.includes(name));
      return names.map((name) => ({ name, database }));
    }),
  ];
  return expected.filter(({ name, database }) => !has(name, database));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
