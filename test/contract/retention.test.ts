import { expiresAt, newestWith, retentionClassFor, type NewestByClass } from '../../lib/contract/retention';

const keep = { daily: 7, weekly: 28, monthly: 365 };
const at = (text: string) => new Date(text);

test('the first point of all belongs to the highest class', () => {
  expect(retentionClassFor(at('2026-11-20T02:00:00Z'), {}, keep)).toBe('monthly');
});

test('a month of nights makes one monthly, one weekly each Monday, the rest daily', () => {
  let newest: NewestByClass = {};
  const made: string[] = [];
  for (let day = 1; day <= 30; day++) {
    const start = new Date(Date.UTC(2026, 10, day, 2));
    const retentionClass = retentionClassFor(start, newest, keep);
    newest = newestWith(newest, retentionClass, start);
    made.push(retentionClass);
  }
  expect(made.flatMap((name, index) => (name === 'weekly' ? [index + 1] : []))).toEqual([2, 9, 16, 23, 30]);
  expect(made.flatMap((name, index) => (name === 'monthly' ? [index + 1] : []))).toEqual([1]);
});

test("a missed Monday makes Tuesday the week's", () => {
  const newest = { monthly: '2026-11-01T02:00:00.000Z', weekly: '2026-11-09T02:00:00.000Z' };
  expect(retentionClassFor(at('2026-11-17T02:00:00Z'), newest, keep)).toBe('weekly');
});

test('a second point of a day belongs to the lowest class that is kept', () => {
  const newest = {
    daily: '2026-11-20T02:00:00.000Z',
    monthly: '2026-11-01T02:00:00.000Z',
    weekly: '2026-11-16T02:00:00.000Z',
  };
  expect(retentionClassFor(at('2026-11-20T14:00:00Z'), newest, keep)).toBe('daily');
});

test('a point expires after the days of its class', () => {
  expect(expiresAt(at('2026-11-20T02:00:00Z'), 'weekly', keep).toISOString()).toBe(
    '2026-12-18T02:00:00.000Z',
  );
});

test('keeping nothing is refused', () => {
  expect(() => retentionClassFor(at('2026-11-20T02:00:00Z'), {}, {})).toThrow(RangeError);
});
