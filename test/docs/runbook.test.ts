/** The runbook speaks of the alarms that there are, in commands that exist, under the names that a deployment gives. */
import { ALARM_TESTS_PREFIX } from '../../lib/contract/alarm-test-record';
import {
  ALARM_SEVERITIES,
  alarmName,
  ALARMS,
  parseAlarmName,
  type AlarmName,
} from '../../lib/contract/alarms';
import { ENVIRONMENT } from '../../lib/contract/environment';
import {
  backupTaskFamily,
  drillTaskFamily,
  namesOf,
  RESTORE_CONTAINER,
  restoreTaskFamily,
} from '../../lib/contract/names';
import { auditKey, auditPrefix } from '../../lib/contract/audit-event';
import { FULL_GAUGES, LIGHT_GAUGES, METRIC_DIMENSIONS, METRIC_NAMESPACE } from '../../lib/contract/metrics';
import { checkRecordPrefix } from '../../lib/contract/check-record';
import { evidenceKey, evidencePrefix } from '../../lib/contract/evidence';
import { manifestKey, POINT_OBJECTS, pointPrefix } from '../../lib/contract/object-keys';
import { stoppedTaskPrefix } from '../../lib/contract/stopped-task';
import { EXIT_CODES } from '../../lib/contract/failure';
import { noticeOf } from '../../lib/operations/alarm-notice';
import { webhookBody } from '../../lib/operations/webhook-body';
import { installation } from '../policies/installation';
import { anchors, codeBlocks, read, tableRows } from './markdown';
import { commandsIn, faultsOfAwsCommands } from './shell-commands';

const PAGE = read('docs/runbook.md');
const ALARM_NAMES = Object.keys(ALARMS) as AlarmName[];
const GAUGES = Object.values<string>({ ...LIGHT_GAUGES, ...FULL_GAUGES });
const ACME = namesOf('acme');
const POINT = '20261120T020000Z-0a1b2c';
const DRILL = '20261120T030000Z-0b2c3d';
/** Of every point of the database. */
const CHECKED = checkRecordPrefix('shop', POINT).replace(`${POINT}/`, '');
const COMMANDS = commandsIn(
  codeBlocks(PAGE)
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text),
);
const of = (program: string) => COMMANDS.filter(([name]) => name === program).map(([, ...words]) => words);
const valuesOf = (option: string) =>
  new Set(COMMANDS.flatMap((words) => words.filter((_, index) => words[index - 1] === option)));

function sectionOf(name: AlarmName): string {
  const [section = ''] = PAGE.split(/^#{2,3} /m).filter((text) => text.startsWith(`${name}\n`));
  return section;
}

test('each alarm has its heading, and each heading its alarm', () => {
  const [, alarms = ''] = /^## Alarms\n([\s\S]*?)^## /m.exec(PAGE) ?? [];
  const headings = [...alarms.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(ALARM_NAMES);
});

test.each(ALARM_NAMES)('%s is described, investigated and resolved', (name) => {
  const parts = [...sectionOf(name).matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
  expect(parts).toEqual(['Description', 'Investigation', 'Resolution']);
});

test.each(ALARM_NAMES)('%s has a command to look at it with', (name) => {
  expect(codeBlocks(sectionOf(name)).filter(({ language }) => language === 'sh').length).toBeGreaterThan(0);
});

test('how fast each alarm is stands in a table', () => {
  expect(tableRows(PAGE, 'How fast').map(([name]) => name)).toEqual(ALARM_NAMES);
});

test('whom to call how soon is said for each alarm, by its severity', () => {
  const told = tableRows(PAGE, 'How soon').map(([severity, alarms = '']) => [severity, alarms]);
  const expected = ALARM_SEVERITIES.map((severity) => {
    const names = ALARM_NAMES.filter((name) => ALARMS[name] === severity);
    return [severity, names.length === 0 ? 'none yet' : names.join(', ')];
  });
  expect(told).toEqual(expected);
});

test('each link of a synthesized alarm leads to a heading of the runbook', () => {
  const linked = [
    ...JSON.stringify(installation().templates).matchAll(/What to do: docs\/runbook\.md#(\w+)/g),
  ];
  const headings = new Set(linked.map(([, heading]) => heading));
  expect([...headings].sort()).toEqual(ALARM_NAMES.map((name) => name.toLowerCase()).sort());
  expect([...headings].filter((heading) => !anchors(PAGE).includes(heading ?? ''))).toEqual([]);
});

test('each command of the AWS CLI has an operation, and options that it knows and needs', () => {
  expect(of('aws').length).toBeGreaterThan(15);
  // `s3` is made of commands of its own, beside the service's operations.
  const ofServices = of('aws').filter(([service]) => service !== 's3');
  expect(faultsOfAwsCommands(ofServices)).toEqual([]);
});

test('what the commands name is named as the deployment names it', () => {
  expect(valuesOf('--group-name')).toEqual(new Set([ACME.scheduleGroup]));
  expect(valuesOf('--task-definition')).toEqual(
    new Set([
      backupTaskFamily('acme', 'shop'),
      drillTaskFamily('acme', 'shop'),
      restoreTaskFamily('acme', 17),
    ]),
  );
  expect(valuesOf('--cluster')).toEqual(new Set([ACME.cluster]));
  const [overrides = ''] = valuesOf('--overrides');
  expect(JSON.parse(overrides)).toEqual({
    containerOverrides: [
      {
        name: RESTORE_CONTAINER,
        command: ['restore', 'newest'],
        environment: [
          { name: ENVIRONMENT.database, value: 'shop' },
          { name: ENVIRONMENT.targetDatabase, value: 'shop_restored' },
        ],
      },
    ],
  });
  expect(valuesOf('--name')).toEqual(new Set([ACME.parameters.deadLetterQueueArn]));
  expect(valuesOf('--topic-arn')).toEqual(new Set([`arn:aws:sns:eu-central-1:111122223333:${ACME.topic}`]));
  expect(valuesOf('--alarm-names')).toEqual(
    new Set([alarmName('acme', 'BackupFailed', { name: 'shop', stack: 'databases-1' })]),
  );
  expect(valuesOf('--namespace')).toEqual(new Set([METRIC_NAMESPACE]));
  expect([...valuesOf('--metric-name')].filter((name) => !GAUGES.includes(name))).toEqual([]);
  const dimensions = Object.values(METRIC_DIMENSIONS).map((name) => `--dimensions .*Name=${name},Value=`);
  for (const dimension of dimensions) expect(PAGE).toMatch(new RegExp(dimension));
  expect([...valuesOf('--prefix')]).toEqual([
    expect.stringContaining(auditPrefix('backup', 'shop')),
    stoppedTaskPrefix('shop'),
    evidencePrefix('shop'),
    expect.stringContaining(auditPrefix('drill', 'shop')),
    `${evidencePrefix('shop')}${POINT}/`,
    stoppedTaskPrefix('shop', 'drill'),
    CHECKED,
    manifestKey('shop', POINT),
    ALARM_TESTS_PREFIX,
  ]);
  expect([...valuesOf('--key')]).toEqual([
    auditKey({ program: 'backup', database: 'shop', id: POINT, event: 'ended' }),
    auditKey({ program: 'drill', database: 'shop', id: DRILL, event: 'ended' }),
    evidenceKey({ database: 'shop', point: POINT, id: DRILL }),
    `${pointPrefix('daily', 'shop', POINT)}${POINT_OBJECTS.readme}`,
  ]);
});

test('a drill by hand is an output of the deployment, and its rule has the description that is asked for', () => {
  const queries = [...valuesOf('--query')].join('\n');
  expect(queries).toContain("OutputKey=='DrillCommand'");
  expect(queries).toContain("OutputKey=='RestoreCommand17'");
  const deployed = JSON.stringify(installation().templates);
  const [, description = ''] = /Rules\[\?Description=='(.*?)'/.exec(queries) ?? [];
  const ids = [...queries.matchAll(/starts_with\(LogicalResourceId,'(\w+)'\)/g)].map(([, id]) => `"${id}`);
  const asked = [`"Description":"${description}"`, '"DrillCommand":{', ...ids];
  expect(asked.filter((text) => !deployed.includes(text))).toEqual([]);
  expect(ids.length).toBeGreaterThan(1);
});

test.each(['BackupFailed', 'DrillFailed'] as const)('the exit codes that %s speaks of exist', (name) => {
  const codes = tableRows(sectionTable(name), name).flatMap(([cell = '']) =>
    [...cell.matchAll(/\b(\d+)\b/g)].map(([code]) => Number(code)),
  );
  expect(codes.length).toBeGreaterThan(4);
  // 137 is not ours: the kernel's for a program that was killed.
  expect(codes.filter((code) => code !== 137 && !Object.values<number>(EXIT_CODES).includes(code))).toEqual(
    [],
  );
});

test('what a webhook gets is what is sent', () => {
  const [shown] = codeBlocks(PAGE).filter(({ language }) => language === 'json');
  const example = JSON.parse(shown?.text ?? '') as Readonly<Record<string, string>>;
  const { alarm = '', state, previousState, reason, changedAt } = example;
  const Message = JSON.stringify({
    AlarmName: alarm,
    AlarmArn: `arn:aws:cloudwatch:eu-central-1:111122223333:alarm:${alarm}`,
    OldStateValue: previousState,
    NewStateValue: state,
    NewStateReason: reason,
    StateChangeTime: changedAt,
  });
  expect(parseAlarmName(alarm)).toBeDefined();
  expect(webhookBody('generic', noticeOf({ Message }, 'https://example.com/runbook'))).toEqual(example);
});

function sectionTable(name: AlarmName): string {
  return `### ${sectionOf(name)}`;
}
