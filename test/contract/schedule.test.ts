import {
  cronsOf,
  longestIntervalHours,
  neededHours,
  objectiveHours,
  skippedWallTimes,
  slotsBetween,
  type Schedule,
  type Season,
} from '../../lib/contract/schedule';

const schedule = (cron: string, timeZone = 'UTC', seasons: readonly Season[] = []): Schedule => ({
  cron,
  timeZone,
  seasons,
});

const slots = (of: Schedule, from: string, to: string) =>
  slotsBetween(of, new Date(from), new Date(to)).map((slot) => slot.toISOString().slice(0, 16));

/** Every six hours in December and January, else nightly. */
const PEAK = schedule('0 2 * * *', 'UTC', [{ months: [12, 1], cron: '0 */6 * * *' }]);

describe('slots', () => {
  test('the first instant belongs to the interval, the last one does not', () => {
    expect(slots(schedule('0 2 * * *'), '2026-11-18T02:00Z', '2026-11-20T02:00Z')).toEqual([
      '2026-11-18T02:00',
      '2026-11-19T02:00',
    ]);
  });

  test('a season begins and ends with its months', () => {
    expect(slots(PEAK, '2026-11-30T00:00Z', '2026-12-01T13:00Z')).toEqual([
      '2026-11-30T02:00',
      '2026-12-01T00:00',
      '2026-12-01T06:00',
      '2026-12-01T12:00',
    ]);
    expect(slots(PEAK, '2027-01-31T12:00Z', '2027-02-02T00:00Z')).toEqual([
      '2027-01-31T12:00',
      '2027-01-31T18:00',
      '2027-02-01T02:00',
    ]);
  });

  test('days, months and seasons are those of the time zone', () => {
    const tokyo = schedule('0 3 * * 1', 'Asia/Tokyo');
    expect(slots(tokyo, '2026-11-20T00:00Z', '2026-11-29T18:00Z')).toEqual(['2026-11-22T18:00']);
    const auckland = schedule('0 12 * * *', 'Pacific/Auckland', [{ months: [12], cron: '0 6 * * *' }]);
    expect(slots(auckland, '2026-11-29T12:00Z', '2026-12-01T00:00Z')).toEqual([
      '2026-11-29T23:00',
      '2026-11-30T17:00',
    ]);
  });

  test('a time that clocks jump over has no slot', () => {
    expect(slots(schedule('30 2 * * *', 'Europe/Berlin'), '2027-03-27T00:00Z', '2027-03-30T00:00Z')).toEqual([
      '2027-03-27T01:30',
      '2027-03-29T00:30',
    ]);
  });

  test('a time that clocks show twice has one slot, the earlier one', () => {
    expect(slots(schedule('30 2 * * *', 'Europe/Berlin'), '2027-10-31T00:00Z', '2027-11-02T00:00Z')).toEqual([
      '2027-10-31T00:30',
      '2027-11-01T01:30',
    ]);
  });

  test.each(['2026-11-20T02:00:00.001Z', '2027-03-28T00:59:59Z', '2027-10-31T01:00:00Z'])(
    'parts of an interval have the slots of the whole, cut at %s',
    (cut) => {
      const half = schedule('*/30 * * * *', 'Europe/Berlin');
      const [from, to] = ['2026-11-01T00:00Z', '2027-11-01T00:00Z'];
      expect([...slots(half, from, cut), ...slots(half, cut, to)]).toEqual(slots(half, from, to));
    },
  );
});

describe('the crons of a schedule', () => {
  test('its own holds in the months that no season names', () => {
    expect(cronsOf(PEAK)).toEqual([
      { cron: '0 2 * * *', months: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
      { cron: '0 */6 * * *', months: [12, 1] },
    ]);
  });

  test('without seasons its own month field decides; with seasons all year only they hold', () => {
    expect(cronsOf(schedule('0 2 1 6 *'))).toEqual([{ cron: '0 2 1 6 *' }]);
    const months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    expect(cronsOf(schedule('0 2 * * *', 'UTC', [{ months, cron: '0 3 * * *' }]))).toEqual([
      { cron: '0 3 * * *', months },
    ]);
  });
});

describe('the longest interval', () => {
  test.each([
    ['nightly', schedule('0 2 * * *'), 24],
    ['every half hour', schedule('*/30 * * * *'), 0.5],
    ['on weekdays', schedule('0 2 * * 1-5'), 72],
    ['twice a day, unevenly', schedule('0 6,22 * * *'), 16],
    ['nightly, and the clocks go back', schedule('0 3 * * *', 'Europe/Berlin'), 25],
    ['every half hour, and an hour of the clock comes twice', schedule('*/30 * * * *', 'Europe/Berlin'), 1.5],
    ['later in December', schedule('0 2 * * *', 'UTC', [{ months: [12], cron: '0 20 * * *' }]), 42],
    ['on the first day of the year', schedule('0 0 1 1 *'), 366 * 24],
    ['on a day that most years lack', schedule('0 0 29 2 *'), Infinity],
    ['never', schedule('0 0 31 2 *'), Infinity],
  ])('%s', (_, of, hours) => {
    expect(longestIntervalHours(of)).toBe(hours);
  });
});

describe('the objective', () => {
  const database = { schedule: { ...schedule('0 2 * * *'), flexibleMinutes: 15, expectedMinutes: 30 } };

  test('is what was promised', () => {
    expect(objectiveHours({ ...database, rpoHours: 48 })).toBe(48);
  });

  test('is else what the schedule can keep, in whole hours upwards', () => {
    expect(neededHours(database.schedule)).toBe(24.75);
    expect(objectiveHours(database)).toBe(25);
  });
});

describe('times that clocks jump over', () => {
  const years = [new Date('2026-01-01T00:00Z'), new Date('2028-01-01T00:00Z')] as const;

  test.each([
    ['Europe/Berlin', '30 2 * * *', ['2026-03-29 02:30', '2027-03-28 02:30']],
    ['Europe/Berlin', '0 2,14 * * *', ['2026-03-29 02:00', '2027-03-28 02:00']],
    ['America/New_York', '15 2 * * 0', ['2026-03-08 02:15', '2027-03-14 02:15']],
    ['America/Santiago', '0 0 * * *', ['2026-09-06 00:00', '2027-09-05 00:00']],
    ['Australia/Lord_Howe', '10 2 * * *', ['2026-10-04 02:10', '2027-10-03 02:10']],
  ])('in %s %s is skipped', (timeZone, cron, skipped) => {
    expect(skippedWallTimes(schedule(cron, timeZone), ...years)).toEqual(skipped);
  });

  test.each([
    ['UTC', '30 2 * * *'],
    ['Europe/Berlin', '0 3 * * *'],
    ['Europe/Berlin', '30 2 * * 1'],
    ['Europe/London', '30 2 * * *'],
    ['Asia/Tokyo', '30 2 * * *'],
  ])('in %s %s never is', (timeZone, cron) => {
    expect(skippedWallTimes(schedule(cron, timeZone), ...years)).toEqual([]);
  });

  test.each(['0 * * * *', '*/30 * * * *', '0,30 1-4 * * *'])(
    'in Europe/Berlin %s loses nothing by it: another slot stands in',
    (cron) => {
      expect(skippedWallTimes(schedule(cron, 'Europe/Berlin'), ...years)).toEqual([]);
    },
  );
});
