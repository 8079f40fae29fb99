/**
 * Page, digest and command line say what the alarms say: from the same gauges, at each hour of good and bad days, the
 * status has a problem of exactly the names of the alarms that these gauges would set off.
 */
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DatabaseAlarms } from '../../lib/constructs/database-alarms';
import { SystemAlarms } from '../../lib/constructs/system-alarms';
import { TaskCluster } from '../../lib/constructs/task-cluster';
import { ALARMS, parseAlarmName, type AlarmName, type DatabaseAlarmName } from '../../lib/contract/alarms';
import { limitsOf } from '../../lib/contract/limits';
import { FULL_GAUGES, LIGHT_GAUGES, type Gauge } from '../../lib/contract/metrics';
import { vanishingRulesOf } from '../../lib/contract/monitor-config';
import { databaseTroubles } from '../../lib/operations/status/database-problems';
import { addressTroubles, protectionTroubles } from '../../lib/operations/status/installation-problems';
import { defineSettings } from '../../lib/settings/settings';
import { transitionsOf, type AlarmProperties, type SeriesOf } from '../support/alarm-evaluator';
import { HOUR, seriesOf, type Month, type RunPlan } from '../support/monitored-month';
import { MINIMAL, newStack } from '../support/synthesize';

const SETTINGS = defineSettings({
  ...MINIMAL,
  databases: {
    shop: {
      connection: 'elsewhere',
      keepDays: { daily: 30 },
      alarms: { minimumBytes: 5000, vanishingTables: ['queue.*'] },
    },
  },
});
const SHOP = SETTINGS.databases['shop']!;
/** Of these nothing is measured: the monitor that could say it is silent, or AWS counts. */
const NOT_MEASURED: readonly AlarmName[] = ['MonitorSilent', 'ScheduleNotDelivered'];

const SYNTHESIZED = (() => {
  const stack = newStack();
  const target = { installation: 'test', topic: new Topic(stack, 'Topic'), runbookUrl: 'runbook.md' };
  const tasks = new TaskCluster(stack, 'Tasks', { installation: 'test' });
  new DatabaseAlarms(stack, 'Shop', { ...target, database: 'shop', settings: SHOP });
  new SystemAlarms(stack, 'System', { ...target, tasks, webhookQueue: undefined });
  const resources = Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm');
  return Object.values(resources)
    .map(({ Properties }) => Properties as AlarmProperties)
    .map((alarm) => ({ name: parseAlarmName(alarm.AlarmName)!.name, alarm }))
    .filter(({ name }) => !NOT_MEASURED.includes(name));
})();

type Gauges = Partial<Record<Gauge, number>>;
const NAMES = { ...LIGHT_GAUGES, ...FULL_GAUGES };

/** The newest value of each gauge. */
function gaugesAt(series: SeriesOf, now: Date): Gauges {
  const values = Object.entries(NAMES).flatMap(([gauge, metric]) => {
    const newest = series(metric, {}).findLast(({ at }) => at <= now.getTime());
    return newest === undefined ? [] : [[gauge, newest.value] as const];
  });
  return Object.fromEntries(values);
}

function alarmsOf(gauges: Gauges, at: Date): AlarmName[] {
  const byMetric = new Map(Object.entries(gauges).map(([gauge, value]) => [NAMES[gauge as Gauge], value]));
  const just: SeriesOf = (metric) => {
    const value = byMetric.get(metric as never);
    return value === undefined ? [] : [{ at: at.getTime(), value }];
  };
  const from = new Date(at.getTime() + 60_000);
  const isInAlarm = (alarm: AlarmProperties) =>
    transitionsOf(alarm, just, { from, to: from }).at(-1)?.state === 'ALARM';
  return SYNTHESIZED.filter(({ alarm }) => isInAlarm(alarm)).map(({ name }) => name);
}

function problemsOf(gauges: Gauges): AlarmName[] {
  const many = (count = 0) => Array.from({ length: count }, (_, index) => `${index}`);
  const nothingElse = { newest: null, proven: null, failures: [], storedFault: null, manifestFaults: [] };
  const troubles = [
    ...databaseTroubles({ name: 'shop', gauges, limits: limitsOf(SHOP), ...nothingElse }),
    ...protectionTroubles(many(gauges.guardrailDifferences)),
    ...addressTroubles(many(gauges.unconfirmedSubscriptions)),
  ];
  expect(troubles.filter(({ text }) => !/^[A-Z1-9].+/.test(text))).toEqual([]);
  return troubles.map(({ alarm }) => alarm);
}

const SLOT = new Date('2027-03-11T02:00:00Z');
const DAYS: Month = {
  from: new Date('2027-03-10T18:00:00Z'),
  to: new Date('2027-03-12T09:00:00Z'),
  schedule: SHOP.schedule,
  drill: SHOP.drill,
  vanishing: vanishingRulesOf(SHOP.alarms),
};
const night = (plan: RunPlan): Month => ({
  ...DAYS,
  plan: (slot) => (slot.getTime() === SLOT.getTime() ? plan : {}),
});
const during = (now: Date) => (now > SLOT && now.getTime() < SLOT.getTime() + 6 * HOUR ? 2 : 0);

/** Each alarm that came in some hour; at every hour both say the same. */
function walk(month: Month): AlarmName[] {
  const series = seriesOf(month);
  const came = new Set<AlarmName>();
  for (let at = month.from.getTime() + 4 * HOUR; at < month.to.getTime(); at += HOUR) {
    const gauges = gaugesAt(series, new Date(at));
    const alarms = alarmsOf(gauges, new Date(at));
    expect([new Date(at), problemsOf(gauges).sort()]).toEqual([new Date(at), alarms.sort()]);
    for (const name of alarms) came.add(name);
  }
  return [...came].sort();
}

test('on quiet days there is no problem', () => {
  expect(walk(DAYS)).toEqual([]);
});

const TROUBLES: readonly [string, Month, readonly AlarmName[]][] = [
  [
    'a night that nobody starts',
    night({ neverStarts: true }),
    ['BackupFailed', 'BackupMissing', 'DrillMissing'],
  ],
  ['a run that fails', night({ exitCode: 5 }), ['BackupFailed', 'BackupMissing', 'DrillMissing']],
  ['a run that hangs', night({ hangs: true }), ['BackupFailed', 'BackupMissing', 'DrillMissing']],
  ['a small backup', night({ bytes: 700_000 }), ['BackupShrunken']],
  ['a nearly empty backup', night({ bytes: 4999 }), ['BackupShrunken']],
  [
    'a backup that takes longer than expected',
    night({ lastsMinutes: SHOP.schedule.expectedMinutes + 1 }),
    ['BackupSlow'],
  ],
  ['a table that lost its rows', night({ tables: { 'public.orders': 10 } }), ['RowsVanished']],
  ['a drill that fails', night({ drill: { exitCode: 10 } }), ['DrillFailed', 'DrillMissing']],
  ['a slow restore', night({ drill: { restoreMinutes: SHOP.rtoMinutes + 1 } }), ['RestoreTooSlow']],
  [
    'faults of what is stored and of what protects it',
    {
      ...{ ...DAYS, storedFaults: during, unkeptObjects: during },
      ...{ guardrailDifferences: during, unconfirmedSubscriptions: during },
    },
    ['GuardrailChanged', 'HoldStale', 'StoredDataFaulty', 'SubscriptionUnconfirmed'],
  ],
  ['a manifest that cannot be believed', { ...DAYS, faultyManifests: during }, ['StoredDataFaulty']],
];

test.each(TROUBLES)('of %s both tell at the same hours', (_, month, names) => {
  expect(walk(month)).toEqual(names);
});

test('each alarm that is measured has come in one of them', () => {
  const came = new Set(TROUBLES.flatMap(([, , names]) => names));
  const all = (Object.keys(ALARMS) as AlarmName[]).filter((name) => !NOT_MEASURED.includes(name));
  expect([...came].sort()).toEqual(all.sort());
});

test.each<[DatabaseAlarmName, Gauges]>([
  ['BackupMissing', { newestPointAge: 25 }],
  ['DrillMissing', { provenPointAge: limitsOf(SHOP).provenHours! }],
  ['RestoreTooSlow', { drillRestoreSeconds: SHOP.rtoMinutes * 60 }],
  ['BackupShrunken', { sizeRatio: 0.8, storedBytes: 5000 }],
  ['BackupSlow', { durationRatio: 2, backupSeconds: SHOP.schedule.expectedMinutes * 60 }],
  ['BackupSlow', { durationRatio: 9, backupSeconds: 300 }],
])('exactly at its limit %s is silent', (_, gauges) => {
  expect(problemsOf(gauges)).toEqual([]);
});
