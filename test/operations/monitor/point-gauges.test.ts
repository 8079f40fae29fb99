/** What recovery points say of a database's backups: each rule with the fewest points that show it. */
import { ageOf, newestOf, pointGauges } from '../../../lib/operations/monitor/point-gauges';
import type { BelievedPoint, FaultyPoint, RecoveryPoint } from '../../../lib/operations/recovery-points';

const NOW = new Date('2026-11-20T06:00:00Z');
const HOUR = 3_600_000;

type Details = Partial<BelievedPoint['manifest']> & { readonly state?: 'valid' | 'expired' };

/** Made that many hours ago. */
function point(hours: number, { state = 'valid', ...changes }: Details = {}): BelievedPoint {
  const startedAt = new Date(NOW.getTime() - hours * HOUR);
  const manifest = {
    startedAt: startedAt.toISOString(),
    snapshotAt: new Date(startedAt.getTime() + 1000).toISOString(),
    finishedAt: new Date(startedAt.getTime() + 90_000).toISOString(),
    storedBytes: 1000,
    databaseBytes: 5000,
    format: 'directory',
    compression: 'zstd:1',
    excludedTableData: [],
    ...changes,
  } as unknown as BelievedPoint['manifest'];
  const id = startedAt.toISOString();
  return { database: 'shop', id, key: id, hidden: false, state, manifestSha256: '', manifest };
}

const FAULTY: FaultyPoint = {
  ...{ database: 'shop', id: 'x', key: 'x', hidden: false },
  ...{ state: 'faulty', manifestSha256: undefined, fault: 'changed', hint: undefined },
};

function sizes(newest: number, ...older: readonly number[]): RecoveryPoint[] {
  return [newest, ...older].map((storedBytes, index) => point(1 + 24 * index, { storedBytes }));
}

describe('the newest point', () => {
  test('its age counts from the snapshot', () => {
    expect(ageOf(newestOf([point(3), point(27)], NOW), NOW)).toBeCloseTo(3 - 1 / 3600, 9);
  });

  test('without any the age is above every objective', () => {
    expect(ageOf(newestOf([], NOW), NOW)).toBe(100_000);
  });

  test.each([
    ['a faulty one', FAULTY],
    ['one from the future', point(-1)],
    ['an expired one', point(1, { state: 'expired' })],
  ])('%s is not it', (_, first) => {
    const second = point(5);
    expect(newestOf([first, second], NOW)).toBe(second);
  });

  test('a server whose clock is a little ahead makes no age below 0', () => {
    const ahead = point(0, { snapshotAt: new Date(NOW.getTime() + 60_000).toISOString() });
    expect(ageOf(newestOf([ahead], NOW), NOW)).toBe(0);
  });
});

describe('the size ratio', () => {
  const ratio = (points: readonly RecoveryPoint[]) => pointGauges(points, NOW).sizeRatio;

  test.each([
    ['is that to the median of the points before', sizes(700, 900, 1000, 5000), 0.7],
    ['takes the middle of an even number', sizes(900, 800, 1000, 1000, 1200), 0.9],
    ['is 1 while there are fewer than three to compare with', sizes(1, 1000, 1000), 1],
    ['is 1 without any point', [], 1],
    [
      'looks at the last ten only',
      sizes(100, ...Array<number>(10).fill(100), ...Array<number>(20).fill(900)),
      1,
    ],
    ['is 1 where the others were empty', sizes(5, 0, 0, 0), 1],
  ])('%s', (_, points, expected) => {
    expect(ratio(points)).toBeCloseTo(expected, 9);
  });

  test.each([
    ['format', { format: 'custom' as const }],
    ['compression', { compression: 'none' }],
    ['exclusions', { excludedTableData: ['public.log'] }],
  ])('points of another %s are not like it', (_, other) => {
    const unlike = [1, 2, 3].map((day) => point(24 * day + 1, { ...other, storedBytes: 9000 }));
    expect(ratio([point(1), ...unlike])).toBe(1);
    expect(ratio([point(1), ...unlike, point(100), point(124), point(148)])).toBe(1);
  });

  test('the order of exclusions makes no difference', () => {
    const like = [1, 2, 3].map((day) =>
      point(24 * day, { excludedTableData: ['b', 'a'], storedBytes: 2000 }),
    );
    expect(ratio([point(1, { excludedTableData: ['a', 'b'] }), ...like])).toBe(0.5);
  });

  test('expired points still tell the usual size; faulty ones do not', () => {
    const expired = [1, 2, 3].map((day) => point(24 * day, { state: 'expired', storedBytes: 4000 }));
    expect(ratio([point(1), FAULTY, ...expired])).toBe(0.25);
  });

  test('a newer point from the future is neither the newest nor compared with', () => {
    const [newest, ...older] = sizes(500, 1000, 1000, 1000);
    expect(ratio([point(-9, { storedBytes: 1 }), newest!, ...older])).toBe(0.5);
  });
});

describe('the duration ratio', () => {
  const NOON = new Date('2026-11-20T12:00:00Z').getTime();
  const lasting = (...seconds: readonly number[]) =>
    seconds.map((each, index) => {
      const started = NOON - (24 * index + 9) * HOUR;
      const [startedAt, finishedAt] = [started, started + each * 1000].map((at) =>
        new Date(at).toISOString(),
      );
      return point(24 * index + 3, { startedAt: startedAt!, finishedAt: finishedAt! });
    });
  const ratio = (points: readonly RecoveryPoint[]) => pointGauges(points, NOW).durationRatio;

  test.each([
    ['is that to the median of the points before', lasting(1200, 500, 600, 3000), 2],
    ['is 1 while there are fewer than three to compare with', lasting(1200, 600, 600), 1],
    ['is 1 without any point', [], 1],
    ['is 1 where the others took no time', lasting(5, 0, 0, 0), 1],
  ])('%s', (_, points, expected) => {
    expect(ratio(points)).toBeCloseTo(expected, 9);
  });

  test('points that were made otherwise take another time', () => {
    const [newest, ...older] = lasting(1200, 600, 600, 600);
    const plain = older.map((each) => ({
      ...each,
      manifest: { ...each.manifest, format: 'plain' as const },
    }));
    expect(ratio([newest!, ...plain])).toBe(1);
  });
});

test('bytes and seconds are those of the newest point', () => {
  const gauges = pointGauges([point(1, { storedBytes: 7, databaseBytes: 70 }), point(25)], NOW);
  expect(gauges).toMatchObject({ storedBytes: 7, databaseBytes: 70, backupSeconds: 90 });
});

test('without a point nothing is stored, and every gauge has a value all the same', () => {
  expect(pointGauges([FAULTY], NOW)).toEqual({
    ...{ sizeRatio: 1, storedBytes: 0, databaseBytes: 0, backupSeconds: 0, durationRatio: 1 },
    ...{ points: 0, faultyManifests: 1 },
  });
});

test('points are those that are valid, neither expired nor from the future', () => {
  const points = [point(-9), point(1), FAULTY, point(25), point(49, { state: 'expired' })];
  expect(pointGauges(points, NOW)).toMatchObject({ points: 2, faultyManifests: 1 });
});
