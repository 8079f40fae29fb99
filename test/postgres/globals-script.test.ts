import { roleStatements, statementsFor, withoutSuperuserWords } from '../../lib/postgres/globals-script';

const SCRIPT = `--
-- PostgreSQL database cluster dump: it's one
--

\\restrict abc;def

SET client_encoding = 'UTF8';

CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS VALID UNTIL '2030-01-01 00:00:00+00';
COMMENT ON ROLE app IS 'it''s; ours';
CREATE ROLE "odd; name";
ALTER ROLE "odd; name" WITH SUPERUSER LOGIN;
ALTER ROLE app SET work_mem TO '64MB';
GRANT "odd; name" TO app WITH INHERIT TRUE GRANTED BY boss;
CREATE TABLESPACE fast OWNER app LOCATION '/fast';
GRANT SET ON PARAMETER work_mem TO app;
\\unrestrict abc
`;

test('the statements about roles are found, whatever stands in names and strings', () => {
  expect(roleStatements(SCRIPT).map(({ roles }) => roles)).toEqual([
    ...Array.from({ length: 3 }, () => ['app']),
    ...Array.from({ length: 2 }, () => ['odd; name']),
    ['app'],
    ['odd; name', 'app'],
  ]);
});

test('only what makes a missing role is run, and memberships without who granted them', () => {
  const statements = statementsFor(roleStatements(SCRIPT), ['odd; name']);
  expect(statements.map(({ sql }) => sql)).toEqual([
    'CREATE ROLE "odd; name"',
    'ALTER ROLE "odd; name" WITH SUPERUSER LOGIN',
    'GRANT "odd; name" TO app WITH INHERIT TRUE',
  ]);
});

test('who is no superuser neither gives nor denies what only one may, and a loss is told', () => {
  const [, app, , , odd] = roleStatements(SCRIPT);
  expect(withoutSuperuserWords(app?.sql ?? '')).toEqual({
    sql: `ALTER ROLE app WITH INHERIT NOCREATEROLE NOCREATEDB LOGIN VALID UNTIL '2030-01-01 00:00:00+00'`,
    loses: false,
  });
  expect(withoutSuperuserWords(odd?.sql ?? '')).toEqual({
    sql: 'ALTER ROLE "odd; name" WITH LOGIN',
    loses: true,
  });
});
