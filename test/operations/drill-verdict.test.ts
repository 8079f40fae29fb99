import { verdictOnAnswer } from '../../lib/operations/drill-verdict';

const one = (value: unknown) => ({ columns: 1, rows: [[value]] });

test.each([
  [one(true), {}, true, 'is true'],
  [one(false), {}, false, 'is false, not true'],
  [one(null), {}, false, 'is NULL, not true'],
  [one(1), {}, false, 'is 1, not true'],
  [one('1204'), { atLeast: 1000 }, true, 'is 1204, at least 1000'],
  [one('999'), { atLeast: 1000 }, false, 'is 999, not at least 1000'],
  [one(5), { atMost: 5 }, true, 'is 5, at most 5'],
  [one('5.01'), { atLeast: 1, atMost: 5 }, false, 'is 5.01, not at least 1 and at most 5'],
  [one('NaN'), { atLeast: 0 }, false, 'is NaN, not at least 0'],
  [one(null), { atLeast: 0 }, false, 'is NULL; a number is wanted, at least 0'],
  [one(true), { atLeast: 0 }, false, 'is true; a number is wanted, at least 0'],
  [{ columns: 1, rows: [] }, {}, false, 'has no row'],
  [{ columns: 1, rows: [[true], [true]] }, {}, false, 'has more than one row'],
  [{ columns: 2, rows: [[true, true]] }, {}, false, 'has 2 columns; one is wanted'],
])('%j within %j: %s, it %s', (answer, bounds, passed, text) => {
  expect(verdictOnAnswer(bounds, answer)).toEqual({ passed, text });
});

test('a text is never told: it may be somebody’s data', () => {
  expect(verdictOnAnswer({}, one('Alice, born 1970')).text).not.toContain('Alice');
});
