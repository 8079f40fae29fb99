import { mayBeTagged, newestToStay, type KeptPoint } from '../../../lib/operations/keeper/expiry-rule';

const now = new Date('2026-06-10T00:00:00Z');
const point = (day: number, state: KeptPoint['state'] = 'whole'): KeptPoint => ({
  id: `202606${String(day).padStart(2, '0')}T020000Z-000000`,
  state,
});
const days = (points: readonly KeptPoint[]) => points.map(({ id }) => Number(id.slice(6, 8)));

test('every point gets the tag but the newest', () => {
  expect(days(mayBeTagged([point(3), point(5), point(4)], now))).toEqual([3, 4]);
});

test('the only point stays, and so does every one where there is none', () => {
  expect(mayBeTagged([point(3)], now)).toEqual([]);
  expect(mayBeTagged([], now)).toEqual([]);
});

test('what is tagged is not tagged again, and still lets older ones go', () => {
  expect(days(mayBeTagged([point(2), point(3, 'tagged'), point(4)], now))).toEqual([2]);
  expect(days(mayBeTagged([point(2), point(3, 'tagged')], now))).toEqual([2]);
});

test('the remains of a point that is being deleted may go, but never let another one go', () => {
  expect(days(mayBeTagged([point(2, 'remains'), point(3)], now))).toEqual([2]);
  expect(mayBeTagged([point(2), point(3, 'remains')], now)).toEqual([]);
});

test('a point of the future stays itself, and lets no other one go', () => {
  const future = point(11);
  expect(days(mayBeTagged([point(3), point(4), future], now))).toEqual([3]);
  expect(newestToStay([point(3), point(4), future], now)).toEqual(point(4));
  expect(newestToStay([future], now)).toBeUndefined();
});
