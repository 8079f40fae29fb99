import { tablesRequest } from '../../lib/cli/restore-tables';

test('without --table the whole point is wanted', () => {
  expect(tablesRequest({}, 'side', {})).toBeUndefined();
});

test('the script is called after the target database unless a name is given', () => {
  const options = { table: ['a'], rowsMissingIn: 'postgres://me@host/shop' };
  const script = (...[given, target]: Parameters<typeof tablesRequest>) =>
    tablesRequest(given, target, { PGPASSWORD: 'secret' })?.missingRows?.script;
  expect(script(options, 'side', {})).toBe('side-missing-rows.sql');
  expect(script(options, '../side', {})).toBe('.._side-missing-rows.sql');
  expect(script({ ...options, script: 'mine.sql' }, 'side', {})).toBe('mine.sql');
});

test('the password of the running database comes from the environment', () => {
  const options = { table: ['a'], rowsMissingIn: 'postgres://me@host/shop' };
  expect(tablesRequest(options, 'side', { PGPASSWORD: 'secret' })?.missingRows?.live).toMatchObject({
    database: 'shop',
    password: 'secret',
  });
});

test.each([
  [{ rowsMissingIn: 'postgres://me@host/shop' }, '--rows-missing-in is given without --table.'],
  [{ script: 'x.sql' }, '--script is given without --table.'],
  [{ table: ['a'], script: 'x.sql' }, '--script is given without --rows-missing-in.'],
])('%j is refused', (options, message) => {
  expect(() => tablesRequest(options, 'side', {})).toThrow(message);
});
