import { idOfManifestKey, isDatabaseName, manifestKey } from '../../lib/contract/object-keys';

test.each(['a', '0', 'shop', 'shop.eu-1_b', 'a'.repeat(63)])('%s names a database', (name) => {
  expect(isDatabaseName(name)).toBe(true);
});

test.each(['', '.', '..', '-a', '_a', '.a', 'Shop', 'a/b', 'a b', 'ä', 'a\n', 'a'.repeat(64)])(
  '%j names none',
  (name) => {
    expect(isDatabaseName(name)).toBe(false);
  },
);

test('a manifest key tells its id, and no other key does', () => {
  const id = '20261120T020000Z-0ffbcd';
  expect(idOfManifestKey(manifestKey('shop', id))).toBe(id);
  for (const name of [`${id}json`, `${id}.json.old`, `x${id}.json`, 'newest.json', id])
    expect(idOfManifestKey(`manifests/postgres/shop/${name}`)).toBeUndefined();
});
