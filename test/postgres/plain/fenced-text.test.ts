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
        OUTSIDE +
        String.raw`\unrestrict k
\connect shop
\restrict k
` +
        inside,
    );
  },
);

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
])('another database is found in %j', async (text, line) => {
  expect((await survey(text)).otherDatabases).toEqual([expect.objectContaining({ line }) as unknown]);
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
