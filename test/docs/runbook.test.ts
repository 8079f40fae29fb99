/** The runbook speaks of the alarms that there are, in commands that exist, under the names that a deployment gives. */
import { alarmName, ALARMS, parseAlarmName, type AlarmName } from '../../lib/contract/alarms';
import { namesOf, backupTaskFamily } from '../../lib/contract/names';
import { auditPrefix } from '../../lib/contract/audit-event';
import { stoppedTaskPrefix } from '../../lib/contract/stopped-task';
import { EXIT_CODES } from '../../lib/contract/failure';
import { noticeOf } from '../../lib/operations/alarm-notice';
import { webhookBody } from '../../lib/operations/webhook-body';
import { codeBlocks, read, tableRows } from './markdown';
import { commandsIn, faultsOfAwsCommands } from './shell-commands';

const PAGE = read('docs/runbook.md');
const ALARM_NAMES = Object.keys(ALARMS) as AlarmName[];
const ACME = namesOf('acme');
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

test('each command of the AWS CLI has an operation, and options that it knows and needs', () => {
  expect(of('aws').length).toBeGreaterThan(15);
  expect(faultsOfAwsCommands(of('aws'))).toEqual([]);
});

test('what the commands name is named as the deployment names it', () => {
  expect(valuesOf('--group-name')).toEqual(new Set([ACME.scheduleGroup]));
  expect(valuesOf('--task-definition')).toEqual(new Set([backupTaskFamily('acme', 'shop')]));
  expect(valuesOf('--name')).toEqual(new Set([ACME.parameters.deadLetterQueueArn]));
  expect(valuesOf('--topic-arn')).toEqual(new Set([`arn:aws:sns:eu-central-1:111122223333:${ACME.topic}`]));
  expect(valuesOf('--alarm-names')).toEqual(
    new Set([alarmName('acme', 'BackupFailed', { name: 'shop', stack: 'databases-1' })]),
  );
  expect([...valuesOf('--prefix')]).toEqual([
    expect.stringContaining(auditPrefix('backup', 'shop')),
    stoppedTaskPrefix('shop'),
  ]);
});

test('the exit codes that it speaks of exist', () => {
  const codes = tableRows(sectionTable('BackupFailed'), 'BackupFailed').flatMap(([cell = '']) =>
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
