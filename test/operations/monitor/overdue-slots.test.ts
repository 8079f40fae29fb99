/** A slot that nobody started is overdue, once its time is over. */
import type { MonitoredDatabase } from '../../../lib/contract/monitor-config';
import type { StoppedTask } from '../../../lib/contract/stopped-task';
import { overdueSlots, START_GRACE_MINUTES } from '../../../lib/operations/monitor/overdue-slots';

const NIGHTLY: MonitoredDatabase['schedule'] = {
  cron: '0 2 * * *',
  timeZone: 'UTC',
  seasons: [],
  flexibleMinutes: 15,
  expectedMinutes: 30,
};
const HOURLY = { ...NIGHTLY, cron: '0 * * * *' };

interface Case {
  readonly rule: string;
  readonly schedule?: MonitoredDatabase['schedule'];
  readonly since: string;
  readonly now: string;
  readonly begun?: readonly string[];
  readonly asked?: readonly string[];
  readonly overdue: readonly string[];
}

function overdue({ schedule = NIGHTLY, since, now, begun = [], asked = [] }: Case): string[] {
  const history = {
    runs: begun.map((time) => ({
      id: `${time.replace(/[-:]/g, '').replace(/Z$/, '')}00Z-0a1b2c`,
      ended: undefined,
    })),
    stoppedTasks: asked.map((createdAt) => ({ createdAt: new Date(createdAt).toISOString() }) as StoppedTask),
  };
  return overdueSlots(schedule, history, new Date(since), new Date(now)).map((slot) =>
    slot.toISOString().replace(':00.000', ''),
  );
}

test.each<Case>([
  {
    rule: 'a slot whose time is over and at which nothing began is overdue',
    since: '2026-11-19T02:05Z',
    now: '2026-11-20T02:22Z',
    overdue: ['2026-11-20T02:00Z'],
  },
  {
    rule: 'it has its flexible minutes and the grace of a start',
    since: '2026-11-19T02:05Z',
    now: '2026-11-20T02:21Z',
    overdue: [],
  },
  {
    rule: 'a run that began in time serves it',
    since: '2026-11-19T02:05Z',
    now: '2026-11-20T03:00Z',
    begun: ['2026-11-20T02:14Z'],
    overdue: [],
  },
  {
    rule: 'a run that began too late does not',
    since: '2026-11-19T02:05Z',
    now: '2026-11-20T03:00Z',
    begun: ['2026-11-20T02:40Z'],
    overdue: ['2026-11-20T02:00Z'],
  },
  {
    rule: 'a run before it does not',
    since: '2026-11-19T02:05Z',
    now: '2026-11-20T03:00Z',
    begun: ['2026-11-20T01:59Z'],
    overdue: ['2026-11-20T02:00Z'],
  },
  {
    rule: 'a task that ECS could not start was asked for: it is a failed run and no missing one',
    since: '2026-11-19T02:05Z',
    now: '2026-11-20T03:00Z',
    asked: ['2026-11-20T02:03Z'],
    overdue: [],
  },
  {
    rule: 'each missed slot counts',
    schedule: HOURLY,
    since: '2026-11-20T00:03Z',
    now: '2026-11-20T04:00Z',
    begun: ['2026-11-20T02:01Z'],
    overdue: ['2026-11-20T01:00Z', '2026-11-20T03:00Z'],
  },
  {
    rule: 'one run serves one slot, where windows overlap',
    schedule: { ...NIGHTLY, cron: '*/15 * * * *' },
    since: '2026-11-20T00:01Z',
    now: '2026-11-20T00:56Z',
    begun: ['2026-11-20T00:31Z'],
    overdue: ['2026-11-20T00:30Z'],
  },
  {
    rule: 'slots before the newest point count no longer, its own neither',
    schedule: HOURLY,
    since: '2026-11-20T03:00Z',
    now: '2026-11-20T03:40Z',
    overdue: [],
  },
  {
    rule: 'a slot is meant in its time zone',
    schedule: { ...NIGHTLY, timeZone: 'Europe/Berlin' },
    since: '2026-11-19T12:00Z',
    now: '2026-11-20T01:26Z',
    overdue: ['2026-11-20T01:00Z'],
  },
  {
    rule: 'in a season its own cron holds',
    schedule: { ...NIGHTLY, seasons: [{ months: [11], cron: '0 */6 * * *' }] },
    since: '2026-11-20T05:00Z',
    now: '2026-11-20T06:30Z',
    overdue: ['2026-11-20T06:00Z'],
  },
])('$rule', (example) => {
  expect(overdue(example)).toEqual(example.overdue);
});

test('a missed night shows within the quarter of an hour that is promised', () => {
  expect(START_GRACE_MINUTES).toBeLessThan(15);
});
