import { spreadDatabases, type Scheduled } from '../../lib/stacks/spread-databases';

const some = (count: number, schedules = 1): Scheduled[] =>
  Array.from({ length: count }, (_, index) => ({ name: `db${index + 1}`, schedules }));

const sizesOf = (databases: Scheduled[]) => spreadDatabases(databases).map((group) => group.length);

test('a stack has at most 18 databases', () => {
  expect(sizesOf(some(18))).toEqual([18]);
  expect(sizesOf(some(19))).toEqual([18, 1]);
  expect(sizesOf(some(100))).toEqual([18, 18, 18, 18, 18, 10]);
});

test('each database is in one stack, in the order of the settings', () => {
  const databases = some(60);
  expect(spreadDatabases(databases).flat()).toEqual(databases.map(({ name }) => name));
});

test('one that is appended moves none of the others', () => {
  const before = spreadDatabases(some(35));
  const after = spreadDatabases(some(37));
  expect(after[0]).toEqual(before[0]);
  expect(after[1]?.slice(0, 17)).toEqual(before[1]);
});

test('databases with some seasons fill a stack a little earlier: 500 resources are all that it may have', () => {
  expect(sizesOf(some(40, 3))).toEqual([17, 17, 6]);
});

test('databases with many seasons fill a stack earlier, because each is a schedule more', () => {
  expect(sizesOf(some(20, 13))).toEqual([4, 4, 4, 4, 4]);
});
