/** Which recovery points a status shows, and what it claims of them. */
import { LISTED_POINTS_MAX } from '../../../lib/contract/status';
import { listedPoints, newestPoint, newestProven } from '../../../lib/operations/status/describe-points';
import { madeDrill, madeIndex, madePoint, pointId } from '../../support/made-index';

const NOW = new Date('2026-11-20T12:00:00Z');
const OLD = '2026-11-18T02:00:00Z';
const NEW = '2026-11-19T02:00:00Z';
const WHOLE = { at: NEW, whole: true, faults: 0, text: null, bytes: 1, storageClass: 'STANDARD' };
const DAMAGED = { ...WHOLE, whole: false, faults: 1, text: 'a is not in the store' };
const PAST = { expiresAt: '2026-11-20T11:00:00.000Z' };

const provenOf = (index: Parameters<typeof newestProven>[0]) => newestProven(index, NOW)?.point;

test('the newest proven point is told with the proof, and how long its restore took', () => {
  const drill = madeDrill(NEW, '2026-11-19T03:00:00Z', { restoreSeconds: 75 });
  const index = madeIndex([madePoint(NEW), madePoint(OLD)], [drill, madeDrill(OLD, '2026-11-18T03:00:00Z')]);
  expect(newestProven(index, NOW)).toEqual({
    point: pointId(NEW),
    snapshotAt: '2026-11-19T02:00:00.000Z',
    drill: drill.id,
    provenAt: '2026-11-19T03:00:00.000Z',
    restoreSeconds: 75,
  });
});

test('of one point the newest proof is told', () => {
  const [first, second] = [madeDrill(NEW, '2026-11-19T03:00:00Z'), madeDrill(NEW, '2026-11-19T09:00:00Z')];
  for (const drills of [
    [first, second],
    [second, first],
  ])
    expect(newestProven(madeIndex([madePoint(NEW)], drills), NOW)?.drill).toBe(second.id);
});

describe('an older point is the proven one where the newest', () => {
  const proofs = [madeDrill(NEW, '2026-11-19T03:00:00Z'), madeDrill(OLD, '2026-11-18T03:00:00Z')];
  const old = madePoint(OLD);

  test.each([
    ['is damaged', madePoint(NEW, { check: DAMAGED })],
    ['is past its time', madePoint(NEW, {}, PAST)],
    ['has another manifest than the proven one', madePoint(NEW, { manifestSha256: 'f'.repeat(64) })],
    ['has a manifest that cannot be believed', madePoint(NEW, { facts: null, fault: 'changed' })],
    ['is from the future', madePoint(NEW, {}, { snapshotAt: '2026-11-21T02:00:00.000Z' })],
  ])('%s', (_, newest) => {
    expect(provenOf(madeIndex([newest, old], proofs))).toBe(pointId(OLD));
  });

  test.each([
    ['failed its drill', madeDrill(NEW, '2026-11-19T03:00:00Z', { outcome: 'failed' })],
    [
      'has evidence that is not believed',
      madeDrill(NEW, '2026-11-19T03:00:00Z', {}, { facts: null, fault: 'x' }),
    ],
  ])('%s', (_, drill) => {
    expect(provenOf(madeIndex([madePoint(NEW), old], [drill, proofs[1]!]))).toBe(pointId(OLD));
  });
});

test('a point past its time can be restored while it is held', () => {
  const index = madeIndex([madePoint(NEW, { held: true }, PAST)], [madeDrill(NEW, '2026-11-19T03:00:00Z')]);
  expect(provenOf(index)).toBe(pointId(NEW));
  expect(newestPoint(index, NOW)).toBeUndefined();
  expect(listedPoints(index, NOW)).toMatchObject([{ state: 'expired', held: true, proven: true }]);
});

test('nothing is proven without a drill', () => {
  expect(newestProven(madeIndex([madePoint(NEW)]), NOW)).toBeNull();
});

test('the kept points are listed whatever their age, the expired ones for thirty days, the held ones for ever', () => {
  const yearly = madePoint('2025-01-01T02:00:00Z', {}, { expiresAt: '2030-01-01T02:00:00.000Z' });
  const held = madePoint('2025-01-02T02:00:00Z', { held: true });
  const [lately, longAgo] = [madePoint('2026-10-01T02:00:00Z'), madePoint('2026-08-01T02:00:00Z')];
  const index = madeIndex([madePoint(NEW), lately, longAgo, held, yearly]);
  const states = listedPoints(index, NOW).map(({ startedAt, state }) => [startedAt.slice(0, 10), state]);
  expect(states).toEqual([
    ['2026-11-19', 'valid'],
    ['2026-10-01', 'expired'],
    ['2025-01-02', 'expired'],
    ['2025-01-01', 'valid'],
  ]);
});

test('what is wrong with a point is told, and nothing that only a believed manifest tells', () => {
  const faulty = madePoint(NEW, { facts: null, fault: 'It was changed.' });
  const index = madeIndex([faulty, madePoint(OLD, { check: DAMAGED })]);
  expect(listedPoints(index, NOW)).toMatchObject([
    {
      id: pointId(NEW),
      state: 'faulty',
      fault: 'It was changed.',
      snapshotAt: null,
      rows: null,
      proven: false,
    },
    { id: pointId(OLD), state: 'valid', fault: 'a is not in the store', rows: 10, backupSeconds: 600 },
  ]);
});

test('what stands among manifests and is none is no point', () => {
  const stray = madePoint(NEW, { key: 'manifests/postgres/shop/index.json', facts: null, fault: 'no key' });
  expect(listedPoints(madeIndex([stray]), NOW)).toEqual([]);
});

test('of many points the newest are listed', () => {
  const many = Array.from({ length: LISTED_POINTS_MAX + 1 }, (_, index) =>
    madePoint(new Date(NOW.getTime() - index * 3_600_000).toISOString()),
  );
  const listed = listedPoints(madeIndex(many), NOW);
  expect(listed).toHaveLength(LISTED_POINTS_MAX);
  expect(listed[0]?.startedAt).toBe(NOW.toISOString());
});
