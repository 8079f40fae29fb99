/** What cannot be asked of a restored database is told without what its rows hold. */
import { Failure } from '../../lib/contract/failure';
import { connectionTarget } from '../../lib/postgres/connection';
import { ask } from '../../lib/postgres/query-check';
import { conditionInWords, refusalInWords } from '../../lib/postgres/refusal-words';
import { analyze } from '../../lib/postgres/target-server';
import { toolchainFor } from '../../lib/postgres/toolchain';
import { ProgramFailed } from '../../lib/runtime/child-process';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

const SECRET = 'bob.secret@example.com';
const signal = new AbortController().signal;

let url: string;
beforeAll(async () => {
  url = await freshDatabase();
  await query(
    url,
    `CREATE TABLE customer AS SELECT '${SECRET}'::text AS email;
     CREATE FUNCTION told(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'no number: %', $1; END $$;
     CREATE FUNCTION run(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; RETURN 1; END $$`,
  );
});

test.each([
  ['is cast', 'select email::int from customer', 'SQLSTATE 22P02, a text that is none of the wanted type'],
  [
    'is looked up',
    "select split_part(email, '.', 1)::regclass from customer",
    'SQLSTATE 42P01, a table that is not there',
  ],
  ['is told by a function', 'select told(email) from customer', 'SQLSTATE P0001, raised by a function'],
  [
    'is run as a statement',
    'select run(email) from customer',
    'SQLSTATE 42601, a name or statement that is not right',
  ],
  ['is read as a date', 'select email::date from customer', 'SQLSTATE 22007, a date or time that is none'],
  [
    'is read as JSON',
    'select email::json from customer',
    'SQLSTATE 22P02, a text that is none of the wanted type',
  ],
])('a row whose value %s stays untold', async (_, sql, condition) => {
  const error: unknown = await ask(connectionTarget(url, {}), { sql, timeoutSeconds: 60, signal }).catch(
    (thrown: unknown) => thrown,
  );
  expect(refusalInWords(error)).toBe(`the server refused it with ${condition}`);
});

test('what is wrong with the query itself is told in the words of the server', async () => {
  const question = { sql: 'select total from customer', timeoutSeconds: 60, signal };
  const error: unknown = await ask(connectionTarget(url, {}), question).catch((thrown: unknown) => thrown);
  expect(refusalInWords(error)).toBe('column "total" does not exist');
});

test.each([
  ['57014', 'SQLSTATE 57014, statement timeout, or ended by somebody'],
  ['22023', 'SQLSTATE 22023, a value that cannot be computed with'],
  ['ZZ123', 'SQLSTATE ZZ123'],
])('%s is told as %s', (sqlState, words) => {
  expect(conditionInWords(sqlState)).toBe(words);
});

test('a program that failed is told without values, a failure as it is, a defect by its name', () => {
  const lines = ['pg_dump: error: query failed: ERROR:  invalid input syntax for type integer: "bob.secret"'];
  const failed = refusalInWords(new ProgramFailed('pg_dump', 1, null, lines));
  expect(failed).toMatch(/^pg_dump exited with 1\n {2}pg_dump: error: .* type integer$/);
  expect(refusalInWords(new Failure('restore-failed', 'as it is'))).toBe('as it is');
  expect(refusalInWords(new SyntaxError('Cannot convert bob.secret to a BigInt'))).toBe(
    'SyntaxError, a defect',
  );
});

test('statistics that cannot be gathered name table and SQLSTATE, and not the row', async () => {
  await query(
    url,
    `CREATE TABLE person AS SELECT '${SECRET}'::text AS email;
     CREATE FUNCTION number(text) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT 1 $$;
     CREATE INDEX ON person (number(email));
     CREATE OR REPLACE FUNCTION number(text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
       $$ BEGIN RAISE WARNING 'seen: %', $1; RETURN $1::int; END $$`,
  );
  const toolchain = await toolchainFor(sharedMajors()[0]!);
  const error: unknown = await analyze(connectionTarget(url, {}), toolchain, signal).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ kind: 'restore-failed', exitCode: 9, cause: undefined });
  const { message } = error as Failure;
  expect(message).toMatch(/^ANALYZE failed: psql exited with 3\n/);
  expect(message).toContain('ERROR:  SQLSTATE 22P02, a text that is none of the wanted type');
  expect(message).toContain('STATEMENT:  ANALYZE public.person');
  expect(message).not.toContain('secret');
});
