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

test.each([
  ['daily', '2026-11-20T00:00:00.000Z', '2026-11-19T23:59:59.999Z'],
  ['weekly', '2026-11-16T00:00:00.000Z', '2026-11-15T23:59:59.999Z'],
  ['monthly', '2026-11-01T00:00:00.000Z', '2026-10-31T23:59:59.999Z'],
  ['yearly', '2026-01-01T00:00:00.000Z', '2025-12-31T23:59:59.999Z'],
] as const)('a new %s point is due when the one before is of another period', (name, first, before) => {
  const start = at('2026-11-20T14:30:00Z');
  const kept = { hourly: 2, [name]: 7 };
  expect(retentionClassFor(start, { [name]: first }, kept)).toBe('hourly');
  expect(retentionClassFor(start, { [name]: before }, kept)).toBe(name);
});

test('a point of a higher class serves its lower classes too', () => {
  const newest = { yearly: '2026-11-20T02:00:00.000Z' };
  expect(retentionClassFor(at('2026-11-20T14:00:00Z'), newest, { ...keep, yearly: 730 })).toBe('daily');
});

test('a point of a class that is not kept has no expiry', () => {
  expect(() => expiresAt(at('2026-11-20T02:00:00Z'), 'yearly', keep)).toThrow(RangeError);
});

test('a point expires after the days of its class', () => {
  expect(expiresAt(at('2026-11-20T02:00:00Z'), 'weekly', keep).toISOString()).toBe(
    '2026-12-18T02:00:00.000Z',
  );
});

test('keeping nothing is refused', () => {
  expect(() => retentionClassFor(at('2026-11-20T02:00:00Z'), {}, {})).toThrow(RangeError);
});

test('a point from the future holds back no class of today', () => {
  const newest = { monthly: '2099-01-01T02:00:00.000Z' };
  expect(retentionClassFor(at('2026-11-20T02:00:00Z'), newest, keep)).toBe('monthly');
});
