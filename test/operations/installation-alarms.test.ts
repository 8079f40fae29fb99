/** The alarms of one installation out of all that CloudWatch knows. Pure. */
import { alarmName, DATABASE_ALARMS, DRILL_ALARMS, type AlarmName } from '../../lib/contract/alarms';
import { installationAlarms, needsAttention, ownAlarms } from '../../lib/operations/installation-alarms';
import type { LiveAlarm } from '../../lib/runtime/cloudwatch-alarms';

const SYSTEM = [
  'ScheduleNotDelivered',
  'MonitorSilent',
  'GuardrailChanged',
  'SubscriptionUnconfirmed',
] as const;
const OF_DRILLS: readonly AlarmName[] = DRILL_ALARMS;
const OF_DATABASE = DATABASE_ALARMS.filter((name) => !OF_DRILLS.includes(name));

function live(name: AlarmName, database?: string, changes: Partial<LiveAlarm> = {}): LiveAlarm {
  const place = database === undefined ? undefined : { name: database, stack: 'databases-1' };
  return {
    ...{ name: alarmName('acme', name, place), arn: 'arn', description: 'x', state: 'OK', reason: 'fine' },
    ...{ since: new Date('2026-11-20T02:00:00Z'), actionsEnabled: true, alarmActions: [], okActions: [] },
    ...changes,
  };
}

const told = (alarms: readonly LiveAlarm[]) => installationAlarms(ownAlarms('acme', alarms));
const whole = [...SYSTEM.map((name) => live(name)), ...OF_DATABASE.map((name) => live(name, 'shop'))];

test('another installation whose name begins alike, and alarms of others, are left out', () => {
  const others = ['acme-two-MonitorSilent', 'acme-payroll', 'acme-two-BackupFailed-shop@databases-1'];
  const { alarms } = told([...whole, ...others.map((name) => ({ ...live('MonitorSilent'), name }))]);
  expect(alarms).toHaveLength(whole.length);
});

test('a database without drills lacks nothing of theirs; one with some lacks the others', () => {
  expect(told(whole).missing).toEqual([]);
  const one = [...whole, live('DrillFailed', 'shop')];
  expect(told(one).missing.map(({ name }) => name)).toEqual(
    OF_DRILLS.filter((name) => name !== 'DrillFailed'),
  );
});

test('of a database with a single alarm all others are missing, and so are those of the installation', () => {
  const { missing } = told([live('BackupFailed', 'web')]);
  expect(missing.filter(({ database }) => database === null).map(({ name }) => name)).toEqual(SYSTEM);
  expect(missing.filter(({ database }) => database === 'web')).toHaveLength(OF_DATABASE.length - 1);
});

test('an alarm moved to another stack is the same alarm of the same database', () => {
  const name = alarmName('acme', 'HoldStale', { name: 'shop', stack: 'databases-2' });
  const moved = whole.map((alarm) => (alarm.name.includes('HoldStale') ? { ...alarm, name } : alarm));
  expect(told(moved).missing).toEqual([]);
});

test.each([
  ['nothing', {}, false],
  ['one in ALARM', { state: 'ALARM' }, true],
  ['one without data', { state: 'INSUFFICIENT_DATA' }, true],
  ['one that tells nobody', { actionsEnabled: false }, true],
] as const)('%s needs attention: %j', (_, changes, expected) => {
  expect(needsAttention(told([...whole.slice(1), live(SYSTEM[0], undefined, changes)]))).toBe(expected);
});

test('an alarm that is not there needs attention', () => {
  expect(needsAttention(told(whole.slice(1)))).toBe(true);
});

test('the runbook is the one that the alarm names, or else that of this project', () => {
  const description = 'acme: x\n\nSeverity: high. What to do: https://wiki.example.com/b#monitorsilent';
  const [named, plain] = [live('MonitorSilent', undefined, { description }), live('HoldStale', 'shop')];
  expect(told([named, plain]).alarms.map(({ runbook }) => runbook)).toEqual([
    'https://wiki.example.com/b#monitorsilent',
    'docs/runbook.md#holdstale',
  ]);
});
