import { humanBytes, humanSeconds } from '../../lib/contract/human';
import { jsonReporter } from '../../lib/runtime/json-reporter';
import { lineReporter, progressText } from '../../lib/runtime/line-reporter';
import { rateOf } from '../../lib/runtime/progress-rate';

function clockAt(start: string) {
  let now = Date.parse(start);
  return { now: () => new Date(now), advance: (seconds: number) => (now += seconds * 1000) };
}

const dump = { phase: 'dump', total: 4, unit: 'tables' } as const;

test('a pipe gets plain lines: the first, one each ten seconds, and the last', () => {
  const lines: string[] = [];
  const clock = clockAt('2026-11-20T02:00:00Z');
  const reporter = lineReporter((line) => lines.push(line), clock);
  reporter.info('Backing up', { databaseBytes: 1_234_567, tables: 4 });
  reporter.warn('odd');
  for (const [done, seconds] of [
    [0, 0],
    [1, 5],
    [2, 10],
    [4, 20],
    [4, 20.5],
  ] as const) {
    clock.advance(seconds - (clock.now().getTime() - Date.parse('2026-11-20T02:00:00Z')) / 1000);
    reporter.progress({ ...dump, done, bytes: done * 1_000_000 });
  }
  expect(lines).toEqual([
    'Backing up (databaseBytes 1.23 MB, tables 4)',
    'WARNING: odd',
    'dump: 0 of 4 tables',
    'dump: 2 of 4 tables, 2.00 MB, 200.0 kB/s, 10 s left',
    'dump: 4 of 4 tables, 4.00 MB, 200.0 kB/s',
  ]);
});

test('bytes are told as people read them, once', () => {
  const fetched = {
    phase: 'fetch',
    unit: 'bytes',
    done: 1_500_000,
    total: 3_000_000,
    bytes: 1_500_000,
  } as const;
  expect(progressText(fetched, 1)).toBe('fetch: 1.50 MB of 3.00 MB, 1.50 MB/s, 1.0 s left');
});

test('--json gives one object a line, each with its event and instant', () => {
  const lines: string[] = [];
  const reporter = jsonReporter((line) => lines.push(line), clockAt('2026-11-20T02:00:00Z'));
  reporter.warn('two\nlines');
  reporter.progress({ ...dump, done: 1 });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { event: 'warning', at: '2026-11-20T02:00:00.000Z', text: 'two\nlines' },
    {
      event: 'progress',
      at: '2026-11-20T02:00:00.000Z',
      phase: 'dump',
      done: 1,
      total: 4,
      unit: 'tables',
      fraction: 0.25,
    },
  ]);
});

test('time left is told only when there is something to tell it from', () => {
  expect(rateOf({ ...dump, done: 0 }, 10).secondsLeft).toBeUndefined();
  expect(rateOf({ ...dump, done: 1 }, 10).secondsLeft).toBe(30);
  expect(rateOf({ ...dump, done: 1, fraction: 0.5 }, 10).secondsLeft).toBe(10);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [28_400_000_000, '28.4 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(humanBytes(bytes)).toBe(text);
});

test.each([
  [0.42, '0.4 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [18_720, '5 h 12 min'],
  [273_600, '3 d 4 h'],
])('%d seconds read %s', (seconds, text) => {
  expect(humanSeconds(seconds)).toBe(text);
});
