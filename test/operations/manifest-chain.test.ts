import { pointsWithoutPredecessor } from '../../lib/operations/manifest-chain';

type Link = Parameters<typeof pointsWithoutPredecessor>[0][number];

function link(
  name: string,
  previousManifestSha256: string | null,
  state: 'valid' | 'expired' = 'valid',
): Link {
  const base = { database: 'shop', id: name, key: name, hidden: false, manifestSha256: name };
  return { ...base, state, manifest: { previousManifestSha256 } };
}

const keysOf = (points: readonly Link[]) => pointsWithoutPredecessor(points).map(({ key }) => key);

test('a whole chain has no gap; the oldest may have outlived its predecessor', () => {
  expect(keysOf([link('c', 'b'), link('b', 'a'), link('a', 'gone')])).toEqual([]);
});

test('a point whose predecessor was taken away is named', () => {
  expect(keysOf([link('d', 'c'), link('c', 'gone'), link('a', null)])).toEqual(['c']);
  expect(keysOf([link('c', null), link('a', null)])).toEqual(['c']);
});

test('an expired point may have lost its predecessor', () => {
  expect(keysOf([link('d', 'c'), link('c', 'gone', 'expired'), link('a', null)])).toEqual([]);
});

test('a faulty point is a predecessor like any other', () => {
  const base = { database: 'shop', id: 'b', key: 'b', hidden: false, manifestSha256: 'b' };
  const faulty: Link = { ...base, state: 'faulty', fault: 'edited', hint: undefined };
  expect(keysOf([link('c', 'b'), faulty, link('a', null)])).toEqual([]);
});
