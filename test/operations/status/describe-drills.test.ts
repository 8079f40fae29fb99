/** What a status says of drills: only believed evidence of the very manifest that is there counts as proof. */
import { listedDrills } from '../../../lib/operations/status/describe-drills';
import { madeDrill, madeIndex, madePoint } from '../../support/made-index';

const NOW = new Date('2026-11-20T12:00:00Z');
const POINT = '2026-11-19T02:00:00Z';
const AT = '2026-11-19T03:00:00Z';

test.each([
  ['proven', madeDrill(POINT, AT), null],
  ['failed', madeDrill(POINT, AT, { outcome: 'failed', failure: '2 differences' }), '2 differences'],
  ['not believed', madeDrill(POINT, AT, {}, { facts: null, fault: 'It was changed.' }), 'It was changed.'],
  [
    'other manifest',
    madeDrill(POINT, AT, { manifestSha256: 'f'.repeat(64) }),
    expect.stringContaining('not there'),
  ],
])('%s', (standing, drill, failure) => {
  const [listed] = listedDrills(madeIndex([madePoint(POINT)], [drill]), NOW);
  expect(listed).toMatchObject({ id: drill.id, standing, failure });
});

test('it says how long the restore took, and how old the data was', () => {
  const drill = madeDrill(POINT, AT, { differences: 2, checksPassed: 3, checksFailed: 4 });
  expect(listedDrills(madeIndex([madePoint(POINT)], [drill]), NOW)).toMatchObject([
    { restoreSeconds: 60, pointAgeSeconds: 3600, differences: 2, checksPassed: 3, checksFailed: 4 },
  ]);
});

test('the newest drill comes first, whichever point it restored, and after thirty days none', () => {
  const [old, longAgo] = ['2026-11-18T02:00:00Z', '2026-10-20T02:00:00Z'];
  const drills = [madeDrill(POINT, AT), madeDrill(old, '2026-11-20T03:00:00Z'), madeDrill(longAgo, longAgo)];
  const listed = listedDrills(madeIndex([madePoint(POINT), madePoint(old)], drills), NOW);
  expect(listed.map(({ id }) => id)).toEqual([drills[1]!.id, drills[0]!.id]);
});

test('a proof of a point whose time has long been over is still one, of the manifest that is there', () => {
  const drill = madeDrill(POINT, AT);
  const index = { ...madeIndex([], [drill]), forgotten: [[drill.point, 'v1', drill.facts!.manifestSha256]] };
  expect(listedDrills(index as never, NOW)).toMatchObject([{ standing: 'proven' }]);
});
