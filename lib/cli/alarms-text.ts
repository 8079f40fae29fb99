/** Alarms as a person reads them: a table, and below it what needs somebody. */
import type { InstallationAlarms, ToldAlarm } from '../operations/installation-alarms';
import { visible } from './audit-text';
import type { Output } from './command-io';
import { ageOf, minuteOf } from './list';
import { paint } from './paint';
import { plainTable, type Column } from './point-table';

interface View {
  readonly now: Date;
  readonly output: Output;
}

const COLOURS = { ALARM: ['red', 'bold'], INSUFFICIENT_DATA: 'yellow', OK: 'green' } as const;

export function alarmsText(installation: string, report: InstallationAlarms, view: View): string {
  const { alarms, missing } = report;
  const silenced = alarms.filter(({ actionsEnabled }) => !actionsEnabled);
  return [
    ...(alarms.length === 0 ? [] : [plainTable(alarms, columns(view), view.output.columns), '']),
    ...alarms.filter(({ state }) => state !== 'OK').flatMap((alarm) => explained(alarm, view)),
    ...(silenced.length === 0 ? [] : ['They tell nobody, because their actions are disabled:']),
    ...silenced.map((alarm) => `  ${subjectOf(alarm)}`),
    ...(silenced.length === 0
      ? []
      : [
          `  What to do: aws cloudwatch enable-alarm-actions --alarm-names ${silenced.map(({ alarm }) => alarm).join(' ')}`,
        ]),
    ...(missing.length === 0 ? [] : ['The installation should have them, and CloudWatch has not:']),
    ...missing.map((alarm) => `  ${subjectOf(alarm)}`),
    ...(missing.length === 0 ? [] : ['  What to do: npx cdk deploy --all']),
    summary(installation, report),
  ].join('\n');
}

function columns({ now, output }: View): Column<ToldAlarm>[] {
  return [
    { title: 'STATE', cell: ({ state }) => paint([...[COLOURS[state]].flat()], state, output) },
    { title: 'SINCE (UTC)', cell: ({ since }) => minuteOf(since), expendable: 1 },
    { title: 'FOR', cell: ({ since }) => ageOf(since, now), align: 'right', expendable: 2 },
    { title: 'SEVERITY', cell: ({ severity }) => severity },
    { title: 'ALARM', cell: ({ name }) => name },
    { title: 'DATABASE', cell: ({ database }) => database ?? '' },
    { title: 'TELLS', cell: ({ actionsEnabled }) => (actionsEnabled ? 'yes' : 'NOBODY') },
  ];
}

/** Whoever may set an alarm's state writes its reason: it must not steer the terminal. */
function explained(alarm: ToldAlarm, { output }: View): string[] {
  const { state, reason, runbook } = alarm;
  return [
    `${paint([...[COLOURS[state]].flat()], state, output)} ${subjectOf(alarm)}: ${visible(reason)}`,
    `  What to do: ${runbook}`,
  ];
}

function subjectOf({ name, database }: Pick<ToldAlarm, 'name' | 'database'>): string {
  return database === null ? name : `${name} of ${database}`;
}

function summary(installation: string, { alarms, missing }: InstallationAlarms): string {
  const count = (state: ToldAlarm['state']) => alarms.filter((alarm) => alarm.state === state).length;
  const silenced = alarms.filter(({ actionsEnabled }) => !actionsEnabled).length;
  const parts = [
    `${count('ALARM')} in ALARM`,
    `${count('INSUFFICIENT_DATA')} without data`,
    `${count('OK')} OK`,
    ...(silenced === 0 ? [] : [`${silenced} tell nobody`]),
    ...(missing.length === 0 ? [] : [`${missing.length} missing`]),
  ];
  return `${alarms.length} alarms of ${installation}: ${parts.join(', ')}.`;
}
