/** Each alarm names itself, says what it means, what to do and what silence means, and keeps within CloudWatch's limits. */
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DatabaseAlarms } from '../../lib/constructs/database-alarms';
import { SystemAlarms } from '../../lib/constructs/system-alarms';
import { TaskCluster } from '../../lib/constructs/task-cluster';
import { ALARMS, DATABASE_ALARMS, DRILL_ALARMS, parseAlarmName } from '../../lib/contract/alarms';
import type { SettingsInput } from '../../lib/settings/schema';
import { defineSettings } from '../../lib/settings/settings';
import type { AlarmProperties } from '../support/alarm-evaluator';
import { MINIMAL, newApp, newStack } from '../support/synthesize';

type DatabaseInput = Partial<SettingsInput['databases'][string]>;

interface SynthesizedAlarm extends AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly OKActions?: readonly unknown[];
}

function alarmsOf(changes: DatabaseInput = {}): ReadonlyMap<string, SynthesizedAlarm> {
  const stack = newStack();
  const { databases } = defineSettings({
    ...MINIMAL,
    databases: { shop: { connection: 'elsewhere', keepDays: { daily: 30 }, ...changes } },
  });
  const target = {
    installation: 'test',
    topic: new Topic(stack, 'Topic'),
    runbookUrl: 'https://example.com/runbook',
  };
  new DatabaseAlarms(stack, 'Shop', { ...target, database: 'shop', settings: databases['shop']! });
  new SystemAlarms(stack, 'System', {
    ...target,
    tasks: new TaskCluster(stack, 'Tasks', { installation: 'test' }),
    webhookQueue: new Queue(stack, 'WebhookDeadLetters'),
  });
  const resources = Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm');
  return new Map(
    Object.values(resources).map(({ Properties }): [string, SynthesizedAlarm] => {
      const alarm = Properties as SynthesizedAlarm;
      return [alarm.AlarmName, alarm];
    }),
  );
}

const ALL = alarmsOf();
const each = [...ALL].map(([name, alarm]) => ({ name, alarm }));

test('every alarm of the contract is there, once for the database or the installation', () => {
  const expected = Object.keys(ALARMS).map((name) =>
    (DATABASE_ALARMS as readonly string[]).includes(name) ? `test-${name}-shop@test` : `test-${name}`,
  );
  expect([...ALL.keys()].sort()).toEqual(expected.sort());
});

test.each(each)('$name tells the topic when it comes and when it is over', ({ alarm }) => {
  const topic = { Ref: expect.stringMatching(/^Topic/) as string };
  expect(alarm.AlarmActions).toEqual([topic]);
  expect(alarm.OKActions).toEqual([topic]);
});

test.each(each)('$name says its severity and where the runbook speaks of it', ({ name, alarm }) => {
  const heading = parseAlarmName(name)!.name;
  expect(alarm.AlarmDescription).toContain(`Severity: ${ALARMS[heading]}.`);
  expect(alarm.AlarmDescription).toContain(`https://example.com/runbook#${heading.toLowerCase()}`);
});

test.each(each)("$name keeps within CloudWatch's limit of period times periods", ({ alarm }) => {
  const periods = [alarm.Period, ...(alarm.Metrics ?? []).map(({ MetricStat }) => MetricStat?.Period)];
  const seconds = Math.max(...periods.filter((period) => period !== undefined));
  expect(seconds % 60).toBe(0);
  // Beyond a day CloudWatch would evaluate it once an hour only.
  expect(seconds * alarm.EvaluationPeriods).toBeLessThanOrEqual(86_400);
});

test.each(each)('$name says what silence means: only for AWS counters it is good', ({ name, alarm }) => {
  expect(alarm.TreatMissingData).toBe(name === 'test-ScheduleNotDelivered' ? 'notBreaching' : 'breaching');
});

test('BackupMissing comes above the objective of the settings', () => {
  expect(alarmsOf({ rpoHours: 36 }).get('test-BackupMissing-shop@test')).toMatchObject({
    MetricName: 'NewestPointAgeHours',
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 36,
  });
});

test('BackupShrunken compares with what the settings say', () => {
  const alarms = alarmsOf({ alarms: { shrunkenBelow: 0.5, minimumBytes: 1_000_000 } });
  expect(alarms.get('test-BackupShrunken-shop@test')?.Metrics?.[0]).toMatchObject({
    Expression: '(ratio < 0.5) + (bytes < 1000000)',
  });
});

test('BackupSlow compares with the usual and the expected time of the settings, and never with less than the latter', () => {
  const expression = (slowMinimumMinutes: number) =>
    alarmsOf({ alarms: { slowAbove: 1.5, slowMinimumMinutes }, schedule: { expectedMinutes: 20 } }).get(
      'test-BackupSlow-shop@test',
    );
  expect(expression(10)).toMatchObject({ ComparisonOperator: 'GreaterThanThreshold', Threshold: 1 });
  expect(expression(10)?.Metrics?.[0]?.Expression).toBe('(ratio > 1.5) + (seconds > 600) + (seconds > 1200)');
  expect(expression(60)?.Metrics?.[0]?.Expression).toBe(
    '(ratio > 1.5) + (seconds > 1200) + (seconds > 1200)',
  );
});

test('RowsVanished says which losses count', () => {
  const alarms = alarmsOf({ alarms: { vanishedShare: 0.2, vanishedMinimumRows: 50 } });
  const alarm = alarms.get('test-RowsVanished-shop@test');
  expect(alarm).toMatchObject({ MetricName: 'VanishedTables', Threshold: 0 });
  expect(alarm?.AlarmDescription).toContain('tables of at least 50 rows lost 0.2 of them or more');
});

test('the largest number of bytes is written without an exponent, which metric math might not read', () => {
  const alarms = alarmsOf({ alarms: { minimumBytes: Number.MAX_SAFE_INTEGER } });
  expect(alarms.get('test-BackupShrunken-shop@test')?.Metrics?.[0]?.Expression).toContain(
    '< 9007199254740991)',
  );
});

test('ScheduleNotDelivered counts in our own schedule group and dead-letter queue', () => {
  const stats = alarmsOf()
    .get('test-ScheduleNotDelivered')
    ?.Metrics?.flatMap(({ MetricStat }) => MetricStat ?? []);
  expect(stats?.map(({ Metric, Stat }) => [Metric.Namespace, Metric.MetricName, Stat])).toEqual([
    ['AWS/Scheduler', 'TargetErrorCount', 'Sum'],
    ['AWS/Scheduler', 'InvocationDroppedCount', 'Sum'],
    ['AWS/Scheduler', 'InvocationsSentToDeadLetterCount', 'Sum'],
    ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum'],
  ]);
  const dimensions = stats?.slice(0, 3).map(({ Metric }) => Metric.Dimensions);
  expect(dimensions).toEqual(Array(3).fill([{ Name: 'ScheduleGroup', Value: 'test' }]));
});

test('DrillMissing comes above the age that drills and backups can keep, or above what the settings say', () => {
  const threshold = (changes: DatabaseInput) =>
    alarmsOf(changes).get('test-DrillMissing-shop@test')?.Threshold;
  // A day, 15 minutes of window, 30 of the backup: 25 h; and an hour for the drill.
  expect(threshold({})).toBe(26);
  expect(threshold({ rpoHours: 48 })).toBe(49);
  // A week and 15 minutes until the next drill.
  expect(threshold({ drill: { when: { cron: '0 6 * * 1' } } })).toBe(7 * 24 + 25 + 1 + 1);
  expect(threshold({ drill: { provenWithinHours: 100 } })).toBe(100);
});

test('RestoreTooSlow comes above the time to restore of the settings', () => {
  expect(alarmsOf({ rtoMinutes: 90 }).get('test-RestoreTooSlow-shop@test')).toMatchObject({
    MetricName: 'DrillRestoreSeconds',
    Threshold: 5400,
  });
});

test('without drills no alarm waits for one, and stored data is watched all the same', () => {
  const names = [...alarmsOf({ drill: { when: 'never' } }).keys()].map((name) => parseAlarmName(name)!.name);
  expect(Object.keys(ALARMS).filter((name) => !(names as string[]).includes(name))).toEqual([
    ...DRILL_ALARMS,
  ]);
});

test.each([
  ['with drills', 10, {}],
  ['without drills', 7, { drill: { when: 'never' } }],
] as const)('a database %s costs %i resources, wherever its backups run', (_, count, changes) => {
  const stack = newStack();
  const topic = new Topic(stack, 'Topic');
  const { databases } = defineSettings({
    ...MINIMAL,
    databases: { shop: { ...MINIMAL.databases['shop']!, ...changes } },
  });
  const target = { installation: 'test', topic, runbookUrl: 'docs/runbook.md' };
  new DatabaseAlarms(stack, 'Shop', { ...target, database: 'shop', settings: databases['shop']! });
  expect(Object.keys(Template.fromStack(stack).toJSON()['Resources'] as object)).toHaveLength(1 + count);
});

test('a database that moves to another stack has its alarms there under other names: none is deleted as the old one', () => {
  const { databases } = defineSettings(MINIMAL);
  const names = ['test-databases-1', 'test-databases-2'].flatMap((id) => {
    const stack = new Stack(newApp(), id);
    const target = { installation: 'test', topic: new Topic(stack, 'Topic'), runbookUrl: 'docs/runbook.md' };
    new DatabaseAlarms(stack, 'Shop', { ...target, database: 'shop', settings: databases['shop']! });
    const alarms = Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm');
    return Object.values(alarms).map(({ Properties }) => Properties['AlarmName'] as string);
  });
  expect(names).toHaveLength(2 * DATABASE_ALARMS.length);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('test-BackupMissing-shop@databases-2');
});
