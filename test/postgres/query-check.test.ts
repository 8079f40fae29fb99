/** A question put to a database changes nothing in it, whatever it says. */
import { connectionTarget } from '../../lib/postgres/connection';
import { ask } from '../../lib/postgres/query-check';
import { query } from '../support/postgres-cluster';
import { freshDatabase } from '../support/shared-servers';

let url: string;
beforeAll(async () => {
  url = await freshDatabase();
  await query(
    url,
    'CREATE TABLE one AS SELECT 1 AS id; CREATE TABLE yes AS SELECT true AS yes; CREATE SEQUENCE counter',
  );
});

function answer(sql: string, timeoutSeconds = 60, signal = new AbortController().signal) {
  return ask(connectionTarget(url, {}), { sql, timeoutSeconds, signal });
}

test.each([
  'select true',
  'SELECT true;',
  ' select true ; ; ',
  'select true -- said once',
  'with a as (select true as b) select b from a order by 1',
  'values (true)',
  'table yes',
])('%s is answered', async (sql) => {
  expect(await answer(sql)).toEqual({ columns: 1, rows: [[true]] });
});

test('a table is read no further than a second row', async () => {
  expect(await answer('select generate_series(1, 1000000000)')).toMatchObject({
    rows: [[1], [2]],
  });
});

test.each([
  ['a second statement', 'select true; create table two ()', /syntax error/],
  [
    'a second statement behind our own brackets',
    'select true) as a; commit; create table two (); select * from (select true',
    /multiple commands/,
  ],
  ['a function that writes', "select nextval('counter')", /read-only transaction/],
  [
    'a row that is changed',
    'with gone as (delete from one returning id) select id from gone',
    /top level|read-only/,
  ],
  ['a way out of it', "select set_config('transaction_read_only', 'off', true)", /read-write/],
])('%s is refused', async (_, sql, message) => {
  await expect(answer(sql)).rejects.toThrow(message);
  expect(await query(url, `SELECT to_regclass('two') AS two, (SELECT count(*)::int FROM one) AS n`)).toEqual([
    { two: null, n: 1 },
  ]);
});

test('a query that takes too long is ended by the server', async () => {
  await expect(answer('select pg_sleep(600) is null', 1)).rejects.toThrow(/statement timeout/);
});
