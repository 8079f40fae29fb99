/**
 * The alarms of a whole synthesized app over a month of backups: silent while all goes well; in each trouble the alarm
 * that is meant for it, within the promised minutes, and none after it is over. What the monitor publishes follows from
 * its own rules (test/support/monitored-month.ts), what CloudWatch makes of it from AWS's documentation.
 */
import { ALARMS as ALL_ALARMS, parseAlarmName, type AlarmName } from '../../lib/contract/alarms';
import { provenObjectiveHours } from '../../lib/contract/drill-schedule';
import { objectiveHours } from '../../lib/contract/schedule';
import { defineSettings } from '../../lib/settings/settings';
import { composeStacks } from '../../lib/stacks/add-stacks';
import {
  EXTRA_POINTS,
  transitionsOf,
  type AlarmProperties,
  type SeriesOf,
  type Transition,
} from '../support/alarm-evaluator';
import { HOUR, MINUTE, seriesOf, type Month, type RunPlan } from '../support/monitored-month';
import { MINIMAL, newApp } from '../support/synthesize';

/** Between EMF lines and metrics. */
const DELAY_MINUTES = 2;

const SETTINGS = defineSettings({
  ...MINIMAL,
  notifications: { webhooks: [{ secret: 'test/hook', format: 'slack' }] },
  databases: {
    shop: {
      connection: 'elsewhere',
      keepDays: { daily: 30 },
      schedule: { cron: '30 1 * * *', timeZone: 'Europe/Berlin' },
      alarms: { vanishingTables: ['queue.*'] },
    },
  },
});
const SHOP = SETTINGS.databases['shop']!;
const { schedule, drill, alarms } = SHOP;
const vanishing = {
  share: alarms.vanishedShare,
  minimumRows: alarms.vanishedMinimumRows,
  tables: alarms.vanishingTables,
};

const ALARMS = (() => {
  const app = newApp();
  composeStacks(app, SETTINGS);
  const templates = app.synth().stacks.map(({ template }) => template as { readonly Resources: object });
  const resources = templates.flatMap(
    ({ Resources }) => Object.values(Resources) as { Type: string; Properties: unknown }[],
  );
  const alarms = resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  return alarms.map(({ Properties }) => Properties as AlarmProperties);
})();

/** Clocks go forward on 28 March 2027. */
const MARCH = {
  from: new Date('2027-03-08T00:00:00Z'),
  to: new Date('2027-04-08T00:00:00Z'),
  schedule,
  drill,
  vanishing,
};
/** And back on 31 October 2027: that day has 25 hours. */
const OCTOBER = {
  from: new Date('2027-10-10T00:00:00Z'),
  to: new Date('2027-11-10T00:00:00Z'),
  schedule,
  drill,
  vanishing,
};
/** A trouble needs fewer days. */
const WEEK = {
  from: new Date('2027-03-08T00:00:00Z'),
  to: new Date('2027-03-13T00:00:00Z'),
  schedule,
  drill,
  vanishing,
};

type History = Partial<Record<AlarmName, Transition[]>>;

/** Every change of every alarm, without the first settling to OK. */
function changesOf(month: Month, series: SeriesOf, extraPoints = EXTRA_POINTS): History {
  const from = new Date(month.from.getTime() + 4 * HOUR);
  const evaluation = { from, to: month.to, delayMinutes: DELAY_MINUTES, extraPoints };
  const changes = ALARMS.map((alarm): [AlarmName, Transition[]] => {
    const [settled, ...later] = transitionsOf(alarm, series, evaluation);
    expect(settled).toEqual({ at: from, state: 'OK' });
    return [parseAlarmName(alarm.AlarmName)!.name, later];
  });
  return Object.fromEntries(changes.filter(([, later]) => later.length > 0));
}

const historyOf = (month: Month) => changesOf(month, seriesOf(month));

const states = (history: History) =>
  Object.fromEntries(
    Object.entries(history).map(([name, changes]) => [name, changes.map(({ state }) => state)]),
  );

/** In minutes after an instant; negative before it. */
function minutesUntil(history: History, name: AlarmName, index: number, after: Date): number {
  const change = history[name]?.[index];
  if (change === undefined) throw new Error(`${name} did not change`);
  return (change.at.getTime() - after.getTime()) / MINUTE;
}

/** The slot of the night after the third day. */
const SLOT = new Date('2027-03-11T00:30:00Z');
const night = (plan: RunPlan) => ({
  ...WEEK,
  plan: (slot: Date) => (slot.getTime() === SLOT.getTime() ? plan : {}),
});

const cameAndWent = ['ALARM', 'OK'];
/** Of a night without a point: none can be proven either. */
const NIGHT_WITHOUT_POINT = {
  BackupFailed: cameAndWent,
  BackupMissing: cameAndWent,
  DrillMissing: cameAndWent,
};

test('every alarm of the app is evaluated', () => {
  expect(ALARMS).toHaveLength(Object.keys(ALL_ALARMS).length);
});

describe.each([
  ['with the hour that is skipped in March', MARCH],
  ['with the hour that comes twice in October', OCTOBER],
])('a month %s, passes late and lost, runs at every minute of their window', (_, month) => {
  const series = seriesOf(month);

  test.each([
    ['as AWS documents it', EXTRA_POINTS],
    ['even if CloudWatch fetched no more points than it evaluates', 0],
    ['even if it fetched many more', 7],
  ])('is silent, %s', (_name, extraPoints) => {
    expect(states(changesOf(month, series, extraPoints))).toEqual({});
  });
});

test('a run that begins at the end of its window and takes all of its time is no trouble', () => {
  const history = historyOf(
    night({ startsAfterMinutes: schedule.flexibleMinutes, lastsMinutes: schedule.expectedMinutes }),
  );
  expect(states(history)).toEqual({});
});

describe('a night that nobody starts', () => {
  const history = historyOf(night({ neverStarts: true }));
  const over = new Date(SLOT.getTime() + schedule.flexibleMinutes * MINUTE);

  test('is failed, then missing, and unproven', () => {
    expect(states(history)).toEqual(NIGHT_WITHOUT_POINT);
  });

  test.each([0, 1, 2, 3, 4])(
    'is failed within 15 minutes of its window, with passes %i minutes after it',
    (minutes) => {
      const from = new Date(WEEK.from.getTime() + minutes * MINUTE);
      const shifted = historyOf({ ...night({ neverStarts: true }), from });
      expect(minutesUntil(shifted, 'BackupFailed', 0, over)).toBeLessThanOrEqual(15);
    },
  );

  test('is missing within ten minutes of its objective', () => {
    const latest = new Date(
      SLOT.getTime() - 24 * HOUR + schedule.flexibleMinutes * MINUTE + objectiveHours(SHOP) * HOUR,
    );
    expect(minutesUntil(history, 'BackupMissing', 0, latest)).toBeLessThanOrEqual(10);
  });

  test('is over within 25 minutes of the next good backup', () => {
    const next = new Date(
      SLOT.getTime() + 24 * HOUR + (schedule.flexibleMinutes + schedule.expectedMinutes) * MINUTE,
    );
    for (const name of ['BackupFailed', 'BackupMissing'] as const)
      expect(minutesUntil(history, name, 1, next)).toBeLessThanOrEqual(60);
  });
});

test('a run that fails alarms within 15 minutes, and until the next good one', () => {
  const history = historyOf(night({ exitCode: 5, startsAfterMinutes: 5, lastsMinutes: 10 }));
  expect(states(history)).toEqual(NIGHT_WITHOUT_POINT);
  expect(
    minutesUntil(history, 'BackupFailed', 0, new Date(SLOT.getTime() + 15 * MINUTE)),
  ).toBeLessThanOrEqual(15);
});

test('a task that ECS cannot start alarms within 15 minutes', () => {
  const history = historyOf(night({ failsToStart: true }));
  expect(states(history)).toEqual(NIGHT_WITHOUT_POINT);
  expect(minutesUntil(history, 'BackupFailed', 0, new Date(SLOT.getTime() + 4 * MINUTE))).toBeLessThanOrEqual(
    15,
  );
});

test('a run that hangs alarms within 15 minutes of twice its expected time', () => {
  const history = historyOf(night({ hangs: true, startsAfterMinutes: 0 }));
  const stuck = new Date(SLOT.getTime() + 2 * schedule.expectedMinutes * MINUTE);
  expect(minutesUntil(history, 'BackupFailed', 0, stuck)).toBeLessThanOrEqual(15);
});

test('a run that is late beyond its window, but comes, is told and forgotten', () => {
  const history = historyOf(night({ startsAfterMinutes: 120 }));
  expect(states(history)).toMatchObject({ BackupFailed: cameAndWent });
  const end = new Date(SLOT.getTime() + (120 + schedule.expectedMinutes) * MINUTE);
  expect(minutesUntil(history, 'BackupFailed', 1, end)).toBeLessThanOrEqual(25);
});

describe('a backup of another size', () => {
  const stored = new Date(SLOT.getTime() + (schedule.flexibleMinutes + schedule.expectedMinutes) * MINUTE);

  test('30 % smaller is shrunken within 70 minutes, and until the next one of the usual size', () => {
    const history = historyOf(night({ bytes: 700_000 }));
    expect(states(history)).toEqual({ BackupShrunken: cameAndWent });
    expect(minutesUntil(history, 'BackupShrunken', 0, stored)).toBeLessThanOrEqual(70);
    const next = new Date(stored.getTime() + 24 * HOUR);
    expect(minutesUntil(history, 'BackupShrunken', 1, next)).toBeLessThanOrEqual(4 * 60 + 10);
  });

  test.each([850_000, 1_500_000])('of %i bytes is none', (bytes) => {
    expect(states(historyOf(night({ bytes })))).toEqual({});
  });
});

describe('a backup that takes longer', () => {
  const begun = (minutes: number) => ({ startsAfterMinutes: 0, lastsMinutes: minutes });
  const ended = (minutes: number) => new Date(SLOT.getTime() + minutes * MINUTE);
  /** Of a few minutes as a rule, so that the usual time decides, not the expected one. */
  const quick = (usual: number, minutes: number) => ({
    ...WEEK,
    usualMinutes: usual,
    plan: (slot: Date) => (slot.getTime() === SLOT.getTime() ? begun(minutes) : {}),
  });

  test.each([
    ['than expected', night(begun(schedule.expectedMinutes + 1)), schedule.expectedMinutes + 1],
    ['than twice the usual time', quick(8, 17), 17],
  ])('%s is slow within 70 minutes, and until the next one of the usual time', (_, month, minutes) => {
    const history = historyOf(month);
    expect(states(history)).toEqual({ BackupSlow: cameAndWent });
    expect(minutesUntil(history, 'BackupSlow', 0, ended(minutes))).toBeLessThanOrEqual(70);
    const next = new Date(SLOT.getTime() + (24 * 60 + schedule.flexibleMinutes + 8) * MINUTE);
    expect(minutesUntil(history, 'BackupSlow', 1, next)).toBeLessThanOrEqual(4 * 60 + 10);
  });

  test.each([
    ['twice the usual time', quick(8, 16)],
    ['four times as long, and no longer than five minutes', quick(1, 5)],
  ])('%s is none', (_, month) => {
    expect(states(historyOf(month))).toEqual({});
  });
});

describe('rows that vanish', () => {
  const stored = new Date(SLOT.getTime() + (schedule.flexibleMinutes + schedule.expectedMinutes) * MINUTE);
  /** What is gone stays gone. */
  const since = (tables: RunPlan['tables'] & object) => ({
    ...WEEK,
    plan: (slot: Date) => (slot >= SLOT ? { tables } : {}),
  });

  test.each([
    ['a table that lost most of its rows', { 'public.orders': 40_000 }],
    [
      'many partitions',
      Object.fromEntries(Array.from({ length: 40 }, (_, day) => [`public.events_${String(day)}`, 0])),
    ],
  ])('of %s alarm within 70 minutes, for a day or two', (_, tables) => {
    const history = historyOf(since(tables));
    expect(states(history)).toEqual({ RowsVanished: cameAndWent });
    expect(minutesUntil(history, 'RowsVanished', 0, stored)).toBeLessThanOrEqual(70);
    const told = minutesUntil(history, 'RowsVanished', 1, stored);
    expect(told).toBeGreaterThan(24 * 60 - schedule.flexibleMinutes);
    expect(told).toBeLessThanOrEqual(48 * 60 + 4 * 60 + 10);
  });

  test('of small tables, of those that the settings name, and less than the share are no trouble', () => {
    const tables = { 'public.orders': 60_000, 'public.outbox': 0, 'queue.job': 0 };
    expect(states(historyOf(since(tables)))).toEqual({});
  });
});

describe('a drill', () => {
  /** When the point of the night is there at the latest, and when its drill has ended. */
  const stored = new Date(SLOT.getTime() + (schedule.flexibleMinutes + schedule.expectedMinutes) * MINUTE);
  const drilled = new Date(stored.getTime() + (1 + drill.expectedMinutes) * MINUTE);
  const nextDrilled = new Date(drilled.getTime() + 24 * HOUR);
  const failedAndMissing = { DrillFailed: cameAndWent, DrillMissing: cameAndWent };

  test.each([7, 8, 9, 10])(
    'that ends with %i is failed within 15 minutes, and until the next proof',
    (exitCode) => {
      const history = historyOf(night({ drill: { exitCode } }));
      expect(states(history)).toEqual(failedAndMissing);
      expect(minutesUntil(history, 'DrillFailed', 0, drilled)).toBeLessThanOrEqual(15);
      expect(minutesUntil(history, 'DrillFailed', 1, nextDrilled)).toBeLessThanOrEqual(25);
    },
  );

  test('that hangs is failed within 15 minutes of twice its expected time', () => {
    const history = historyOf(night({ drill: { hangs: true } }));
    expect(states(history)).toEqual(failedAndMissing);
    const stuck = new Date(drilled.getTime() + drill.expectedMinutes * MINUTE);
    expect(minutesUntil(history, 'DrillFailed', 0, stuck)).toBeLessThanOrEqual(15);
  });

  test('that nobody starts is missing within ten minutes of its objective', () => {
    const history = historyOf(night({ drill: { neverStarts: true } }));
    expect(states(history)).toEqual({ DrillMissing: cameAndWent });
    const latest = new Date(
      SLOT.getTime() - 24 * HOUR + schedule.flexibleMinutes * MINUTE + provenObjectiveHours(SHOP) * HOUR,
    );
    expect(minutesUntil(history, 'DrillMissing', 0, latest)).toBeLessThanOrEqual(10);
    expect(minutesUntil(history, 'DrillMissing', 1, nextDrilled)).toBeLessThanOrEqual(60);
  });

  test('whose restore takes longer than promised is too slow, and until a faster one', () => {
    const slow = historyOf(night({ drill: { restoreMinutes: SHOP.rtoMinutes + 1 } }));
    expect(states(slow)).toEqual({ RestoreTooSlow: cameAndWent });
    expect(minutesUntil(slow, 'RestoreTooSlow', 0, drilled)).toBeLessThanOrEqual(15);
    const promised = historyOf(night({ drill: { restoreMinutes: SHOP.rtoMinutes } }));
    expect(states(promised)).toEqual({});
  });
});

describe('what is stored', () => {
  const began = new Date('2027-03-10T12:20:00Z');
  const ended = new Date('2027-03-10T18:20:00Z');
  const during = (now: Date) => (now > began && now < ended ? 1 : 0);

  test.each([
    ['a fault of an object', 'StoredDataFaulty', 15, { storedFaults: during }],
    ['a manifest that cannot be believed', 'StoredDataFaulty', 70, { faultyManifests: during }],
    ['a fault of an older point', 'StoredDataFaulty', 70, { keptFaults: during }],
    ['an object that is not kept', 'HoldStale', 70, { unkeptObjects: during }],
  ] as const)('%s is %s within %i minutes, and until it is gone', (_, name, minutes, changes) => {
    const history = historyOf({ ...WEEK, ...changes });
    expect(states(history)).toEqual({ [name]: cameAndWent });
    expect(minutesUntil(history, name, 0, began)).toBeLessThanOrEqual(minutes);
    expect(minutesUntil(history, name, 1, ended)).toBeLessThanOrEqual(4 * 60 + 10);
  });
});

describe('a monitor that dies', () => {
  const died = new Date('2027-03-10T12:00:00Z');
  const revived = new Date('2027-03-11T06:00:00Z');
  const history = historyOf({ ...WEEK, isDead: (now) => now > died && now < revived });

  test('is silent within half an hour, and every gauge is after it', () => {
    expect(minutesUntil(history, 'MonitorSilent', 0, died)).toBeLessThanOrEqual(30);
    expect(Object.keys(history).sort()).toEqual([
      'BackupFailed',
      'BackupMissing',
      'BackupShrunken',
      'BackupSlow',
      'DrillFailed',
      'DrillMissing',
      'GuardrailChanged',
      'HoldStale',
      'MonitorSilent',
      'RestoreTooSlow',
      'RowsVanished',
      'StoredDataFaulty',
      'SubscriptionUnconfirmed',
    ]);
  });

  test('is well again within ten minutes of its first pass', () => {
    expect(states(history).MonitorSilent).toEqual(cameAndWent);
    expect(minutesUntil(history, 'MonitorSilent', 1, revived)).toBeLessThanOrEqual(10);
  });
});

describe('what belongs to the installation', () => {
  const began = new Date('2027-03-10T12:20:00Z');
  const ended = new Date('2027-03-10T18:20:00Z');
  const during = (now: Date) => (now > began && now < ended ? 1 : 0);

  test('a guardrail that is changed alarms within 70 minutes', () => {
    const history = historyOf({ ...WEEK, guardrailDifferences: during });
    expect(states(history)).toEqual({ GuardrailChanged: cameAndWent });
    expect(minutesUntil(history, 'GuardrailChanged', 0, began)).toBeLessThanOrEqual(70);
    expect(minutesUntil(history, 'GuardrailChanged', 1, ended)).toBeLessThanOrEqual(4 * 60 + 10);
  });

  test('an address that never confirmed alarms within 70 minutes', () => {
    const history = historyOf({ ...WEEK, unconfirmedSubscriptions: during });
    expect(states(history)).toEqual({ SubscriptionUnconfirmed: cameAndWent });
    expect(minutesUntil(history, 'SubscriptionUnconfirmed', 0, began)).toBeLessThanOrEqual(70);
    expect(minutesUntil(history, 'SubscriptionUnconfirmed', 1, ended)).toBeLessThanOrEqual(4 * 60 + 10);
  });

  test('what a webhook did not take alarms within five minutes, and until its queue is empty', () => {
    const points = Array.from({ length: 360 }, (_, index) => ({
      at: began.getTime() + index * MINUTE,
      value: 1,
    }));
    const counted = { 'AlarmTopicWebhookDeadLetters.ApproximateNumberOfMessagesVisible': points };
    const history = historyOf({ ...WEEK, counted });
    expect(states(history)).toEqual({ SubscriptionUnconfirmed: cameAndWent });
    expect(minutesUntil(history, 'SubscriptionUnconfirmed', 0, began)).toBeLessThanOrEqual(5);
    expect(minutesUntil(history, 'SubscriptionUnconfirmed', 1, ended)).toBeLessThanOrEqual(4 * 60 + 10);
    expect(minutesUntil(history, 'SubscriptionUnconfirmed', 1, ended)).toBeGreaterThan(0);
  });

  test.each([
    ['TargetErrorCount', [1]],
    ['InvocationDroppedCount', [1]],
    ['InvocationsSentToDeadLetterCount', [1]],
    ['TasksDeadLetters.ApproximateNumberOfMessagesVisible', [1, 1, 1, 1, 1, 1]],
  ])('one %s alarms within five minutes, and is over when nothing more is counted', (name, values) => {
    const points = values.map((value, index) => ({ at: began.getTime() + index * MINUTE, value }));
    const history = historyOf({ ...WEEK, counted: { [name]: points } });
    expect(states(history)).toEqual({ ScheduleNotDelivered: cameAndWent });
    expect(minutesUntil(history, 'ScheduleNotDelivered', 0, began)).toBeLessThanOrEqual(5);
    expect(minutesUntil(history, 'ScheduleNotDelivered', 1, began)).toBeLessThanOrEqual(60);
  });
});
