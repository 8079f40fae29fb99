import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fencedText } from '../../../lib/postgres/plain/fenced-text';
import { knowsRestrictedMode } from '../../../lib/postgres/plain/psql-commands';
import { surveyPlain } from '../../../lib/postgres/plain/survey-plain';
import { archiveFolder, program } from '../../support/old-archives';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';

async function* cut(text: string, bytes: number) {
  for (let at = 0; at < text.length; at += bytes)
    yield await Promise.resolve(Buffer.from(text.slice(at, at + bytes), 'latin1'));
}

async function fenced(text: string, fence: Parameters<typeof fencedText>[1], bytes = 1000) {
  const pieces: Buffer[] = [];
  for await (const piece of fencedText(cut(text, bytes), fence)) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

const DUMP = String.raw`\restrict abc
SELECT '\restrict is text
\restrict abc
';
COPY public.t (a) FROM stdin;
\restrict abc
\\.
\.
\unrestrict abc
\connect shop
\restrict abc
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $x$
\unrestrict abc
$x$;
\unrestrict abc`;

const SET_ANEW = `RESET client_encoding; SELECT pg_catalog.set_config('standard_conforming_strings', 'on', false);
`;

const OUTSIDE = String.raw`SELECT '\restrict is text
\restrict abc
';
COPY public.t (a) FROM stdin;
\restrict abc
\\.
\.
`;

test.each([1, 7, 1000])(
  "a dump's own fences are taken out, and no row or text with them (pieces of %i)",
  async (bytes) => {
    const inside = String.raw`CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $x$
\unrestrict abc
$x$;
`;
    expect(await fenced(DUMP, { key: 'k', mayConnect: true }, bytes)).toBe(
      String.raw`\restrict k
` +
        SET_ANEW +
        OUTSIDE.replace('COPY', `${SET_ANEW}COPY`) +
        String.raw`\unrestrict k
\connect shop
\restrict k
` +
        SET_ANEW +
        inside,
    );
  },
);

const KEPT = { key: 'k', mayConnect: false };

test('what decides how psql reads is set anew before each statement that it matters for, as pg_dump set it', async () => {
  const encoding = "SET client_encoding = 'LATIN1';\n";
  const set = (strings: string) =>
    `SELECT pg_catalog.set_config('client_encoding', 'LATIN1', false), pg_catalog.set_config('standard_conforming_strings', '${strings}', false);\n`;
  const matters = ["SELECT 'a\\';\n", "SELECT 'é';\n", 'CREATE TABLE t (\na int);\n', "SELECT '\n';\n"];
  for (const text of matters)
    expect(await fenced(encoding + text + text, KEPT)).toBe(
      `\\restrict k\n${encoding}${set('on')}${text}${set('on')}${text}`,
    );
  const off = 'SET standard_conforming_strings = off;\n';
  const old = "SELECT 'a\\\\';\n";
  expect(await fenced(encoding + off + old, KEPT)).toBe(`\\restrict k\n${encoding}${off}${set('off')}${old}`);
});

test.each(['-- \\\n', '\n', "SELECT pg_catalog.lowrite(0, '\\x5c27');\n", 'INSERT INTO t VALUES (1);\n'])(
  'nothing is set where every reading is the same: %j',
  async (text) => {
    const anyway = text.startsWith('--') ? SET_ANEW : '';
    expect(await fenced(text + text, KEPT)).toBe(`\\restrict k\n${anyway}${text}${text}`);
  },
);

test("pg_dump's lines around large objects are left out of the one transaction, and nothing that looks like them", async () => {
  const looks = "SELECT '\nBEGIN;\n';\nCOPY t FROM stdin;\nCOMMIT;\n\\.\n";
  const text = `BEGIN;\nSELECT 1;\nCOMMIT;\r\n${looks}`;
  expect(await fenced(text, KEPT)).toBe(
    `\\restrict k\nSELECT 1;\n${SET_ANEW}${looks.replace('COPY', `${SET_ANEW}COPY`)}`,
  );
  expect(await fenced(text, { key: 'k', mayConnect: true })).toContain('BEGIN;\nSELECT 1;\nCOMMIT;\r\n');
});

test('without the restricted mode what psql may read otherwise ends the reading, too', async () => {
  const old = "SET standard_conforming_strings = off;\nSET escape_string_warning = off;\nSELECT 'a\\' '';\n";
  expect(await fenced(old, { key: undefined, mayConnect: false })).toContain(old.slice(-15));
  for (const text of ["SET client_encoding = 'SJIS';", 'SELECT 1\\; SELECT 2;', 'COPY t FROM stdin CSV;'])
    await expect(fenced(text, { key: undefined, mayConnect: false })).rejects.toMatchObject({
      exitCode: 8,
      hint: expect.stringContaining('Update the client programs') as string,
    });
});

test('without the restricted mode any other command ends the reading', async () => {
  const harmless = String.raw`SELECT '\! x';`;
  expect(await fenced(harmless, { key: undefined, mayConnect: false })).toBe(harmless);
  for (const text of ['\\! x', 'SELECT 1 \\! x', '\\connect shop', "SELECT E'\\'' \\! x"])
    await expect(fenced(text, { key: undefined, mayConnect: false })).rejects.toMatchObject({ exitCode: 8 });
});

test.each(sharedMajors())('psql of %i refuses what our reading would let pass', async (major) => {
  const url = await freshDatabase(major);
  for (const command of ['!', 'copy (SELECT 1) TO PROGRAM', 'g |']) {
    const file = path.join(archiveFolder(), 'hacked');
    const text = await fenced(`SELECT 1 \\${command} touch ${file}\n`, { key: 'abcdef', mayConnect: false });
    const args = ['-X', '-v', 'ON_ERROR_STOP=1', '--file=-', url];
    const { status, stderr } = spawnSync(program('psql', major), args, { input: text, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringContaining('are restricted') as string,
    });
    expect(existsSync(file)).toBe(false);
  }
  expect(execFileSync(program('psql', major), ['--version'], { encoding: 'utf8' })).toContain(`${major}.`);
});

test.each([
  ['15.13', false],
  ['15.14', true],
  ['17.12', true],
  ['17.5', false],
  ['18.0', true],
  ['19beta1', true],
  ['12.22', false],
])('psql %s knows the restricted mode: %s', (version, known) => {
  expect(knowsRestrictedMode(version)).toBe(known);
});

const survey = (text: string) => surveyPlain(cut(text, 13));

test.each([
  ['a comment', '/* a /* nested */ \n DROP DATABASE a; \\! x */ -- \\! x'],
  ['a string', "SELECT 'DROP DATABASE a;\n\\! x ''\n\\connect x';"],
  ['an escaped string', "SELECT E'a\\'; DROP DATABASE a; \\\\! x' \n '\\' DROP DATABASE b; \\! x';"],
  ['a string of old times', "SET standard_conforming_strings = off; SELECT 'a\\'; DROP DATABASE a; \\! x';"],
  ['a name', 'CREATE TABLE "DROP DATABASE; \\! x ""\n\\! y" (a int);'],
  ['a body', 'CREATE FUNCTION a$b$() AS $_$ ; DROP DATABASE a; $b$ \\! x $_$;'],
  [
    'a body of SQL',
    'CREATE OR REPLACE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; DROP DATABASE a; END;',
  ],
  ['a rule', 'CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; DROP DATABASE a);'],
  ['rows', 'COPY t FROM stdin; SELECT 1;\nDROP DATABASE a;\n\\! x\n\\connect b\n\\.\nSELECT 2;'],
  ['rows of an empty table', 'COPY t FROM stdin;\n\\.\nSELECT 2;'],
])('nothing is found in %s', async (_, text) => {
  expect(await survey(text)).toMatchObject({ commands: [], otherDatabases: [], cutInRows: false });
});

test.each([
  ['CREATE DATABASE a;', 1],
  ["SELECT 'x'; drop /* y */ database if exists a;", 1],
  ['SELECT 1;\n-- so\nALTER\nDATABASE a RENAME TO b', 3],
  ['COPY t FROM stdin;\na\n\\.\n\\connect a', 4],
  ["SELECT '\\'; DROP DATABASE a; --';", 1],
  ['DROP/**/DATABASE a;', 1],
  ['-- so\rDROP DATABASE a;', 1],
  ['SELECT 1; COMMIT;', 1],
  ['BEGIN; SELECT 1;\nSELECT 2;', 1],
  ['/* */ end\n;', 1],
  ['ROLLBACK;', 1],
  ['ABORT;', 1],
  ['START TRANSACTION;', 1],
  ["PREPARE TRANSACTION 'a';", 1],
  ["COMMIT PREPARED 'a';", 1],
])('another database is found in %j', async (text, line) => {
  expect((await survey(text)).otherDatabases).toEqual([expect.objectContaining({ line }) as unknown]);
});

test.each([
  'BEGIN;\nSELECT 1;\nCOMMIT;\n',
  'SAVEPOINT a; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a; RELEASE a;',
  'CREATE TABLE "COMMIT" (a int);',
])('no end of a transaction is found in %j', async (text) => {
  expect((await survey(text)).otherDatabases).toEqual([]);
});

test.each([
  "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n",
  "SELECT pg_catalog.set_config('search_path', '', false);",
  "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET standard_conforming_strings TO 'on' AS $$ SET client_encoding = x; $$;",
  "COMMENT ON TABLE t IS 'standard_conforming_strings';",
  'COPY public.t (a, "b ""c", d$) FROM stdin;\n\\.\n',
  'COPY public."t (" FROM stdin;\n\\.\n',
  'COPY t (a) WITH OIDS FROM stdin;\n\\.\n',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC WITH a AS (SELECT 1) SELECT CASE 1 WHEN 1 THEN 2 END; (SELECT 3); RETURN 4; END;',
  'CREATE PROCEDURE p() BEGIN ATOMIC\n INSERT INTO t VALUES (1);\n UPDATE t SET a = 1;\n DELETE FROM t;\nEND;',
  "SELECT 'x'; SELECT 1; -- so",
])('there is no doubt of how psql reads %j', async (text) => {
  expect(await survey(text)).toMatchObject({ doubts: [], otherDatabases: [], commands: [] });
});

test.each([
  'SELECT 1\\; SELECT 2;',
  'SELECT 1 \\: 2;',
  ...['SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB', 'SHIFT_JIS_2004', 'utf8', 'none'].map(
    (name) => `SET client_encoding = '${name}';`,
  ),
  'SET client_encoding TO UTF8;',
  "SET LOCAL client_encoding = 'UTF8';",
  "SET NAMES 'UTF8';",
  'RESET client_encoding;',
  "SELECT set_config($a$client_encoding$a$, 'UTF8', false);",
  'set "standard_conforming_strings" = off;',
  'SET SESSION standard_conforming_strings TO on;',
  'RESET Standard_Conforming_Strings;',
  'ALTER DATABASE a SET standard_conforming_strings = off;',
  'ALTER ROLE a IN DATABASE b SET escape_string_warning TO DEFAULT;',
  'SET backslash_quote = on;',
  'DO $$ BEGIN SET standard_conforming_strings = off; END $$;',
  'COPY t FROM stdin CSV;',
  'COPY (SELECT 1) TO STDOUT;',
  "COPY t TO PROGRAM 'x';",
  'COPY t FROM stdin;\na\0\n\\.\n',
  'SELECT \0 1;',
  'SELECT 1; SELECT 2\n;',
  "SELECT 1; SELECT 'a\\';",
  "SELECT 1; SELECT 'é';",
  'SELECT 1; /* \n */',
  'COPY t FROM stdin; SELECT 1\n\\.\n;',
  "SELECT E'a'\n'b';",
  `DROP${' '.repeat(2000)}TABLE a;`,
  "CREATE FUNCTION begin() AS 'x'; SELECT 1; END;",
  'CREATE FUNCTION begin;',
  'CREATE FUNCTION f() SET a = begin, atomic; END;',
  "CREATE FUNCTION f() BEGIN 'x' ATOMIC; END;",
  'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; COPY t FROM STDIN; END;',
  'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1 AS case; END; SELECT 1; END;',
])('psql may read otherwise than we do: %j', async (text) => {
  expect((await survey(text)).doubts).not.toEqual([]);
});

test('strings of old times are told by the lines that pg_dump writes of them', async () => {
  const text = 'SET standard_conforming_strings = off;\nSET escape_string_warning = off;\n';
  expect(await survey(text)).toMatchObject({ doubts: [], oldStrings: [{ line: 1 }, { line: 2 }] });
});

test.each([
  '\\! x',
  'SELECT 1 \\gexec',
  "SELECT E'\\\\' \\! x",
  'SELECT 1; COPY t FROM stdin; \\! x',
  '\\connect `x`',
  '\\c a \\! b',
])('a command of psql is found in %j', async (text) => {
  expect((await survey(text)).commands).toHaveLength(1);
});
