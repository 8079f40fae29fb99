/** Every kept point has its turn each week, also when passes are lost. */
import type { IndexedPoint } from '../../../lib/contract/point-index';
import { dueLooks, FAULTY_AT_MOST, TURN_HOURS } from '../../../lib/operations/point-index/due-looks';
import { TURN_HOURS as COUNTED_HOURS } from '../../../lib/settings/cost-assumptions';

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;
const START = Date.parse('2026-11-20T00:30:00Z');

type Looked = Pick<IndexedPoint, 'key' | 'check'>;

function check(at: number, faults = 0): NonNullable<Looked['check']> {
  const text = faults === 0 ? null : 'is not in the store';
  return {
    at: new Date(at).toISOString(),
    whole: faults === 0,
    faults,
    text,
    bytes: 1,
    storageClass: 'STANDARD',
  };
}

/** @returns the longest time that a point waited after the first week, and the most looks of one pass */
function rotated(count: number, hours: number, isLost: (hour: number) => boolean) {
  const points = new Map<string, Looked>(
    Array.from({ length: count }, (_, index) => [`p${index}`, { key: `p${index}`, check: null }]),
  );
  let [longest, most] = [0, 0];
  for (let hour = 0; hour < hours; hour++) {
    if (isLost(hour)) continue;
    const now = START + hour * HOUR_MS;
    const due = dueLooks([...points.values()], new Date(now));
    most = Math.max(most, due.length);
    for (const { key } of due) points.set(key, { key, check: check(now) });
    if (hour < 168) continue;
    for (const point of points.values())
      longest = Math.max(longest, now - (point.check === null ? 0 : Date.parse(point.check.at)));
  }
  return { longest, most };
}

test.each([1, 2, 155, 156, 157, 500])('each of %i points is looked at every week', (count) => {
  const { longest, most } = rotated(count, 400, () => false);
  expect(longest).toBeLessThanOrEqual(WEEK_MS);
  expect(most).toBe(Math.ceil(count / TURN_HOURS));
});

test.each([
  ['one of sixteen passes is lost', (hour: number) => hour > 170 && hour % 16 === 0],
  ['half a day of passes is lost', (hour: number) => hour >= 300 && hour < 312],
])('also when %s', (_, isLost) => {
  expect(rotated(500, 600, isLost).longest).toBeLessThanOrEqual(WEEK_MS);
});

test('after days without a pass those that waited too long come first, and not all at once', () => {
  const now = START + 10 * 24 * HOUR_MS;
  const waiting = Array.from({ length: 10 * TURN_HOURS }, (_, index) => ({
    key: `p${index}`,
    check: check(START + index),
  }));
  const due = dueLooks([...waiting].reverse(), new Date(now));
  expect(due.map(({ key }) => key)).toEqual(waiting.slice(0, 80).map(({ key }) => key));
});

test('those with faults are looked at in every pass, ten at most', () => {
  const points = Array.from({ length: 30 }, (_, index) => ({ key: `p${index}`, check: check(START, 1) }));
  const fine = { key: 'fine', check: check(START - HOUR_MS) };
  expect(dueLooks([...points.slice(0, 3), fine], new Date(START))).toHaveLength(4);
  expect(dueLooks([...points, fine], new Date(START))).toHaveLength(1 + FAULTY_AT_MOST);
});

test('a look of the future was none', () => {
  const forged = { key: 'forged', check: check(START + 900 * HOUR_MS) };
  const points = [{ key: 'other', check: check(START - HOUR_MS) }, forged];
  expect(dueLooks(points, new Date(START))).toEqual([forged]);
});

test('of points of which nobody has looked at any the order is not that of their age', () => {
  const points = Array.from({ length: 400 }, (_, index) => ({ key: `p${index}`, check: null }));
  const due = dueLooks(points, new Date(START)).map(({ key }) => key);
  expect(due).toHaveLength(3);
  expect(due).not.toEqual(['p0', 'p1', 'p2']);
  expect(dueLooks([...points].reverse(), new Date(START)).map(({ key }) => key)).toEqual(due);
});

test('the estimate of costs counts with the same turn', () => {
  expect(TURN_HOURS).toBe(COUNTED_HOURS);
});

test('without older points there is nothing to look at', () => {
  expect(dueLooks([], new Date(START))).toEqual([]);
});
