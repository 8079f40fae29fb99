import { recoveryPointId } from '../../lib/contract/recovery-point-id';
import { pruneVerdicts, type PrunePoint } from '../../lib/operations/prune-rule';

const NOW = new Date('2026-11-20T12:00:00Z');
const DAY = 86_400_000;

function point(ageDays: number, changes: Partial<PrunePoint> & { keptDays?: number } = {}): PrunePoint {
  const { keptDays = 30, ...others } = changes;
  const startedAt = new Date(NOW.getTime() - ageDays * DAY);
  const expiresAt = new Date(startedAt.getTime() + keptDays * DAY).toISOString();
  return { id: recoveryPointId(startedAt, Buffer.from([0, 1])), state: 'whole', expiresAt, ...others };
}

function gone(points: readonly PrunePoint[], proven?: PrunePoint, drilled = proven !== undefined) {
  const verdicts = pruneVerdicts(points, { now: NOW, drilled, proven: proven?.id });
  return verdicts.filter(({ goes }) => goes).map((verdict) => verdict.point);
}

test('without drills what is past its time goes, and what is not stays', () => {
  const points = [point(60), point(31), point(29), point(1)];
  expect(gone(points)).toEqual(points.slice(0, 2));
});

test('after months without a backup the newest whole point is all that stays', () => {
  const points = [point(90), point(80), point(70), point(65, { state: 'damaged' })];
  expect(gone(points)).toEqual(points.slice(0, 2));
});

test('where drills have run, what is newer than the newest proven point stays, expired or not', () => {
  const points = [point(90), point(80), point(70), point(60), point(1)];
  expect(gone(points, points[2])).toEqual(points.slice(0, 2));
});

test('while nothing is proven where drills run, nothing goes', () => {
  expect(gone([point(90), point(80), point(1)], undefined, true)).toEqual([]);
});

test('what an interrupted prune left goes, and is never relied on', () => {
  const [left, whole] = [point(60, { state: 'damaged' }), point(70)];
  expect(gone([left, whole])).toEqual([]);
  expect(gone([left, whole, point(1)])).toEqual([left, whole]);
});

test('a point from the future is no reason to let another one go', () => {
  const points = [point(90), point(80), point(-400)];
  expect(gone(points)).toEqual(points.slice(0, 1));
});

test('each one that stays says why', () => {
  const proven = point(70);
  const points = [
    point(90, { state: 'faulty', expiresAt: null }),
    ...[proven, point(60), point(50), point(5)],
  ];
  const verdicts = pruneVerdicts(points, { now: NOW, drilled: true, proven: proven.id });
  expect(verdicts.map(({ why }) => why)).toEqual([
    expect.stringContaining('not believed'),
    'the newest proven point',
    'newer than the newest proven point',
    'newer than the newest proven point',
    expect.stringMatching(/^not expired before 2026-12-15T/),
  ]);
});

/** Numbers that are the same in each run: a failure can be looked at. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('of two thousand made-up stores none loses its newest proven or newest whole point, or one before its time', () => {
  const random = numbers(42);
  let deleted = 0;
  for (let store = 0; store < 2000; store++) {
    const points = Array.from({ length: Math.floor(random() * 12) }, () =>
      point(random() * 400 - 20, {
        keptDays: random() * 200,
        state: (['whole', 'whole', 'whole', 'damaged', 'faulty'] as const)[Math.floor(random() * 5)]!,
      }),
    ).map((each) => (each.state === 'faulty' ? { ...each, expiresAt: null } : each));
    const relied = points
      .filter(({ id, state }) => state === 'whole' && id < recoveryPointId(NOW, Buffer.from([0, 0])))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const drilled = random() < 0.6;
    const proven = drilled && random() < 0.8 ? relied[Math.floor(random() * relied.length)] : undefined;
    const going = gone(points, proven, drilled);
    deleted += going.length;
    expect(going).not.toContain(relied[0]);
    expect(going).not.toContain(proven);
    expect(going.filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > NOW)).toEqual([]);
    if (drilled) expect(going.filter(({ id }) => proven === undefined || id >= proven.id)).toEqual([]);
  }
  expect(deleted).toBeGreaterThan(1000);
});
