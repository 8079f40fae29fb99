/** Archives that try to show psql other statements than us, against real psql: what they would drop is still there after. */
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { archiveBench, archiveFolder, pgDump, sqlFile } from '../support/old-archives';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

/** How each leaves the transaction and drops the victim, where psql sees it and we do not. */
const blow = (victim: string) => `COMMIT; DROP DATABASE ${victim}; BEGIN;`;
const hiddenByKanji = (victim: string) => `SELECT E'\x83\\';\n${blow(victim)} --';`;
const hiddenByOldString = (victim: string) => `SELECT 'a\\' || ';\n${blow(victim)} --';`;

const KANJI_UNSEEN = `DO $$ BEGIN PERFORM set_config('client_enc' || 'oding', 'SJIS', false); END $$;`;
const OLD_UNSEEN = `DO $$ BEGIN PERFORM set_config('standard_conf' || 'orming_strings', 'off', false); END $$;`;
const OLD_BY_ROWS = `CREATE TABLE public.t (a text);
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('standard_conf' || 'orming_strings', 'off', false); RETURN NEW; END $$;
CREATE TRIGGER f BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
COPY public.t (a) FROM stdin;
x
\\.`;

/** Rows to psql that we would read as SQL: the first opens a string for us. */
const asRows = (copy: string, victim: string) =>
  `CREATE TABLE public.t (a text);\n${copy}\n'\n\\.\n${blow(victim)}\n--';`;
/** Rows to us that psql would read as SQL. */
const asSql = (copy: string, victim: string) => `${copy}\n${blow(victim)}\n\\.`;

const REFUSED: readonly (readonly [what: string, text: (victim: string) => string])[] = [
  ['an encoding of clients', (v) => `SET client_encoding='SJIS';\n${hiddenByKanji(v)}`],
  ['one by another name', (v) => `SET NAMES 'mskanji';\n${hiddenByKanji(v)}`],
  ['one as pg_dump writes it', (v) => `SET client_encoding = 'SJIS';\n${hiddenByKanji(v)}`],
  ['one in quotes', (v) => `set "client_encoding" to sjis;\n${hiddenByKanji(v)}`],
  ['one by a function', (v) => `SELECT set_config('client_encoding', 'GBK', false);\n${hiddenByKanji(v)}`],
  ['strings by a quoted name', (v) => `set "standard_conforming_strings" = off;\n${hiddenByOldString(v)}`],
  ['strings as pg_dump says it', (v) => `SET standard_conforming_strings = off;\n${hiddenByOldString(v)}`],
  [
    'strings by a function',
    (v) => `SELECT set_config($$standard_conforming_strings$$, 'off', false);\n${hiddenByOldString(v)}`,
  ],
  [
    'strings for a role',
    (v) => `ALTER ROLE CURRENT_USER SET standard_conforming_strings = off;\n${hiddenByOldString(v)}`,
  ],
  ['a second statement in one', (v) => asRows('SELECT 1\\; COPY public.t FROM STDIN;', v)],
  [
    'one in a function called begin',
    (v) =>
      asRows(
        "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'; COPY public.t FROM STDIN; END;",
        v,
      ),
  ],
  [
    'one behind the end of a body',
    (v) =>
      asRows(
        'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS case; END; COPY public.t FROM STDIN; END;',
        v,
      ),
  ],
  ['rows of COPY without a blank', (v) => asRows('COPY"t"FROM STDIN;', v)],
  ['rows behind a comment', (v) => asRows('COPY/**/public.t FROM STDIN;', v)],
  ['no rows of a COPY', (v) => asSql('COPY (SELECT 1 AS stdin FROM stdin) TO STDOUT;', v)],
  ['a comment that a carriage return ends', (v) => `-- so\r${blow(v)}`],
  ['a row that a zero byte hides', (v) => asRows('COPY public.t (a) FROM stdin;\n\\.\0', v)],
  [
    'a string that the statement before it changes',
    (v) => `${OLD_UNSEEN} SELECT 'a\\''; COPY public.t FROM STDIN; --';\n${blow(v)}`,
  ],
  ['plain to see', blow],
  ['with a comment for a blank', (v) => `ALTER/**/DATABASE ${v} RENAME TO gone;`],
];

/** No text tells what code does: it runs, and changes nothing of how psql reads on. */
const FAILING: readonly (readonly [what: string, text: (victim: string) => string])[] = [
  ['an encoding, by code', (v) => `${KANJI_UNSEEN}\n${hiddenByKanji(v)}`],
  ['strings, by code', (v) => `${OLD_UNSEEN}\n${hiddenByOldString(v)}\nSELECT 1/0;`],
  [
    'strings, by code of two lines',
    (v) => `${OLD_UNSEEN.replace('BEGIN', 'BEGIN\n')}\n${hiddenByOldString(v)}\nSELECT 1/0;`,
  ],
  ['strings, by a trigger', (v) => `${OLD_BY_ROWS}\n${hiddenByOldString(v)}\nSELECT 1/0;`],
];

describe.each(sharedMajors())('with psql %i', (major) => {
  async function attempt(text: (victim: string) => string) {
    const victim = new URL(await freshDatabase(major)).pathname.slice(1);
    const bench = archiveBench(major);
    const archive = sqlFile(text(victim), 'hostile.sql', 'latin1');
    const failure: unknown = await bench.restore(archive).catch((error: unknown) => error);
    const found = await query(
      bench.url.replace(/[^/]*$/, 'postgres'),
      `SELECT datname FROM pg_database WHERE datname = '${victim}'`,
    );
    expect(found).toEqual([{ datname: victim }]);
    expect(await bench.exists()).toBe(false);
    return failure;
  }

  test.each(REFUSED)('an archive is refused that changes how it is read: %s', async (_, text) => {
    expect(await attempt(text)).toMatchObject({ exitCode: 8 });
  });

  test.each(FAILING)('psql reads as we do, whatever the archive sets: %s', async (_, text) => {
    expect(await attempt(text)).toMatchObject({ exitCode: 9 });
  });

  test('large objects come back in the one transaction, without a warning', async () => {
    const url = await freshDatabase(major);
    await query(
      url,
      `SELECT lo_from_bytea(0, '\\x5c27'); SELECT lo_from_bytea(0, decode(repeat('5c', 40000), 'hex'))`,
    );
    const digests = 'SELECT loid, md5(string_agg(data, NULL ORDER BY pageno)) FROM pg_largeobject GROUP BY 1';
    const bench = archiveBench(major);
    const result = await bench.restore(await pgDump(url, 'a.sql', [], major));
    expect(result.warnings.filter((text) => text.includes('transaction'))).toEqual([]);
    expect(await query(bench.url, digests)).toEqual(await query(url, digests));
  });
});

test('what an archive does before it fails is undone, its large objects too', async () => {
  const archive = sqlFile(
    "BEGIN;\n\nSELECT pg_catalog.lo_from_bytea(4711, '\\x00');\n\nCOMMIT;\nSELECT 1/0;",
  );
  const bench = archiveBench();
  await expect(bench.restore(archive, { keepFailed: true })).rejects.toMatchObject({ exitCode: 9 });
  expect(await query(bench.url, 'SELECT count(*)::int AS n FROM pg_largeobject_metadata')).toEqual([
    { n: 0 },
  ]);
});

test('strings of old times are refused in a plain archive, and come back from another', async () => {
  const url = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  await query(
    url,
    `ALTER DATABASE ${name} SET standard_conforming_strings = off; CREATE VIEW v AS SELECT E'a\\\\'::text AS a`,
  );
  await expect(archiveBench().restore(await pgDump(url, 'a.sql', []))).rejects.toMatchObject({
    exitCode: 8,
    hint: expect.stringContaining('had standard_conforming_strings off') as string,
  });
  const bench = archiveBench();
  await bench.restore(await pgDump(url, 'a.dump', ['-Fc']));
  expect(await query(bench.url, 'SELECT a FROM v')).toEqual([{ a: 'a\\' }]);
});

test('a plain archive is refused where psql has no restricted mode', async () => {
  const folder = archiveFolder();
  for (const name of ['pg_dump', 'psql', 'pg_restore']) {
    writeFileSync(path.join(folder, name), '#!/bin/sh\necho "pg_dump (PostgreSQL) 15.13"\n');
    chmodSync(path.join(folder, name), 0o700);
  }
  const bench = archiveBench(15);
  await expect(
    bench.restore(sqlFile('CREATE TABLE public.t (a int);'), { postgresBin: folder }),
  ).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('no restricted mode') as string,
  });
  expect(await bench.exists()).toBe(false);
});
