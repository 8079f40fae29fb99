import { backupTaskFamily, restoreTaskFamily } from '../../lib/contract/names';
import { isDatabaseName } from '../../lib/contract/object-keys';

const NAMES = ['a.b', 'a_b', 'a-b', 'adotb', 'ab', 'a..b', 'a._b'];

test('no two databases share a family: the monitor could not tell their runs apart', () => {
  expect(NAMES.filter(isDatabaseName)).toEqual(NAMES);
  expect(new Set(NAMES.map((name) => backupTaskFamily('acme', name))).size).toBe(NAMES.length);
});

test('a family has only characters that ECS takes', () => {
  for (const family of [
    ...NAMES.map((name) => backupTaskFamily('acme', name)),
    restoreTaskFamily('acme', 17),
  ])
    expect(family).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
});
