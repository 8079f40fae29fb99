import { LISTED_POINTS_MAX, type DatabaseStatus } from '../../../lib/contract/status';
import { stripDays } from '../../../lib/operations/status/day-strip';
import { MADE_AT, sampleStatus } from '../../support/sample-status';

const [SHOP, BILLING, CRM] = sampleStatus().databases as [DatabaseStatus, DatabaseStatus, DatabaseStatus];
const dayOf = (database: DatabaseStatus, day: string) =>
  stripDays(database, MADE_AT).find((each) => each.day === day);

test('the strip has a cell for each of 30 days, the last one is today', () => {
  const days = stripDays(SHOP, MADE_AT);
  expect([days.length, days[0]?.day, days[29]?.day]).toEqual([30, '2026-10-22', '2026-11-20']);
});

test.each([
  [SHOP, '2026-11-19', ['proven'], '2026-11-19: 1 point, 1 proven'],
  [SHOP, '2026-11-20', ['proven'], '2026-11-20: 1 point, 1 proven, 1 held'],
  [SHOP, '2026-11-09', ['proven', 'failed'], '2026-11-09: 1 point, 1 proven, 1 run failed'],
  [CRM, '2026-11-20', ['made'], '2026-11-20: 1 point'],
  [CRM, '2026-11-16', ['faulty'], '2026-11-16: 1 point, 1 faulty'],
  [CRM, '2026-11-09', ['none', 'failed'], '2026-11-09: no recovery point, 1 run failed'],
  [BILLING, '2026-11-19', ['proven'], '2026-11-19: 24 points, 1 proven'],
  [BILLING, '2026-11-05', ['expired'], '2026-11-05: 24 points, 1 proven, 24 expired'],
  [BILLING, '2026-10-25', ['unlisted'], '2026-10-25: too many points to list them all here'],
] as const)(
  '%# a day shows the best of what is there, and then what is wrong',
  (database, day, marks, text) => {
    expect(dayOf(database, day)).toMatchObject({ marks, text });
  },
);

test('a list that is not full says of older days that there was nothing', () => {
  const short = { ...BILLING, points: BILLING.points.slice(0, LISTED_POINTS_MAX - 1) };
  expect(dayOf(short, '2026-10-25')?.marks).toEqual(['none']);
});

test('what a check found faulty is no longer proven', () => {
  const points = SHOP.points.map((point) => ({ ...point, fault: 'An object is missing.' }));
  expect(dayOf({ ...SHOP, points }, '2026-11-19')).toMatchObject({
    marks: ['faulty'],
    text: '2026-11-19: 1 point, 1 faulty',
  });
});
