import { spreadDatabases, type Scheduled } from '../../lib/stacks/spread-databases';

const some = (count: number, schedules = 1): Scheduled[] =>
  Array.from({ length: count }, (_, index) => ({ name: `db${index + 1}`, schedules }));

const sizesOf = (databases: Scheduled[]) => spreadDatabases(databases).map((group) => group.length);

test('a stack has at most 25 databases', () => {
  expect(sizesOf(some(25))).toEqual([25]);
  expect(sizesOf(some(26))).toEqual([25, 1]);
  expect(sizesOf(some(100))).toEqual([25, 25, 25, 25]);
});

test('each database is in one stack, in the order of the settings', () => {
  const databases = some(60);
  expect(spreadDatabases(databases).flat()).toEqual(databases.map(({ name }) => name));
});

test('one that is appended moves none of the others', () => {
  const before = spreadDatabases(some(49));
  const after = spreadDatabases(some(51));
  expect(after[0]).toEqual(before[0]);
  expect(after[1]?.slice(0, 24)).toEqual(before[1]);
});

test('databases with many seasons fill a stack earlier, because each is a schedule more', () => {
  expect(sizesOf(some(25, 13))).toEqual([5, 5, 5, 5, 5]);
});
