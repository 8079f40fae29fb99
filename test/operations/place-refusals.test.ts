import { placeRefusals, systemNote, weigh, type PlaceFacts } from '../../lib/operations/place-refusals';

const SERVER = { version: '17.10', major: 17, role: 'primary', replicaLagSeconds: null } as const;
const FINE: PlaceFacts = {
  manifest: {
    id: '20261120T020000Z-0a1b2c',
    database: 'shop',
    sourceDatabase: 'shop',
    snapshotAt: '2026-11-20T02:00:05.000Z',
    server: { ...SERVER, systemIdentifier: '42' },
  },
  name: 'shop',
  systemIdentifier: '42',
  proven: 'proven',
  lostOwners: [],
  maxAgeHours: 48,
  now: new Date('2026-11-21T02:00:00Z'),
};

const refusedBy = (changes: Partial<PlaceFacts>) =>
  placeRefusals({ ...FINE, ...changes }).map(({ override }) => override);

test('a fresh proven point of this database takes its place', () => {
  expect(placeRefusals(FINE)).toEqual([]);
});

test.each([
  ['another server with a database of that name', { systemIdentifier: '43' }, ['other-system']],
  ['another database of this server', { name: 'billing' }, ['other-system']],
  ['a server that hides its identifier', { systemIdentifier: null }, []],
  [
    'a backup of a server that hid its identifier',
    { manifest: { ...FINE.manifest, server: { ...SERVER, systemIdentifier: null } } },
    [],
  ],
  ['a snapshot of just the allowed age', { now: new Date('2026-11-22T02:00:05Z') }, []],
  ['a snapshot a second older', { now: new Date('2026-11-22T02:00:06Z') }, ['old']],
  ['a point that no drill has proven', { proven: 'unproven' }, ['unproven']],
  ['a point of which nothing is known', { proven: 'unknown' }, ['unproven']],
  ['roles that would own nothing', { lostOwners: ['app'] }, ['lost-owners']],
  ['all of it', { name: 'other', proven: 'unknown', maxAgeHours: 1 }, ['other-system', 'old', 'unproven']],
] as const)('%s', (_, changes, expected) => {
  expect(refusedBy(changes)).toEqual(expected);
});

test('an override takes away its own refusal alone, and is told only where it was needed', () => {
  const refusals = placeRefusals({ ...FINE, name: 'other', proven: 'unknown' });
  const { standing, overridden } = weigh(refusals, ['unproven', 'old']);
  expect(standing.map(({ override }) => override)).toEqual(['other-system']);
  expect(overridden).toEqual(['unproven']);
});

describe('that a server hides its identifier is told, because nothing is compared then', () => {
  const hidden = { ...FINE.manifest, server: { ...SERVER, systemIdentifier: null } };
  const note = (changes: Partial<PlaceFacts>) => systemNote({ ...FINE, ...changes });

  test.each([
    ['the target', { systemIdentifier: null }, 'not known: the target did not tell its system identifier'],
    ['the source', { manifest: hidden }, 'not known: the server that was backed up did not tell'],
    ['both', { manifest: hidden, systemIdentifier: null }, 'backed up and the target did not tell'],
  ])('%s', (_, changes, told) => {
    expect(note(changes)).toContain(told);
  });

  test('where both tell it, there is nothing to say', () => {
    expect(note({})).toBeUndefined();
    expect(note({ systemIdentifier: '43' })).toBeUndefined();
  });
});
