/** What only a plain dump has to be read for: its text holds names and functions beside the rows. */
import { randomBytes } from 'node:crypto';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase, sharedServers } from '../support/shared-servers';

async function restoredFrom(url: string) {
  const bench = await makeBench(url);
  await bench.backup({ format: 'plain' });
  return restoreBench(bench).restore();
}

test('lines in the text of a function are not taken for rows, sequences or large objects', async () => {
  const url = await freshDatabase();
  await query(
    url,
    `CREATE TABLE t (id serial, note text); INSERT INTO t (note) VALUES ('one'), ('two');
     CREATE FUNCTION load() RETURNS text LANGUAGE sql AS $$ SELECT '
COPY public.t (id, note) FROM stdin;
1	one
\\.

SELECT pg_catalog.setval(''public.t_id_seq'', 900, true);
SELECT pg_catalog.lo_open(''4711'', 131072);
SELECT pg_catalog.lowrite(0, ''\\x00'');
' $$;
     CREATE FUNCTION unfinished() RETURNS text LANGUAGE sql AS $$ SELECT '
COPY public.t (id, note) FROM stdin;
' $$`,
  );
  expect(await restoredFrom(url)).toMatchObject({ differences: [], compared: { rows: 2, content: 'copy' } });
});

test('names with accents are found in the encoding of the dump', async () => {
  const name = `latin_${randomBytes(4).toString('hex')}`;
  const maintenance = sharedServers().postgres['15'] ?? '';
  await query(maintenance, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
  const url = maintenance.replace(/[^/]*$/, name);
  await query(url, `CREATE TABLE "café" ("prénom" text); INSERT INTO "café" VALUES ('Zoë')`);
  expect(await restoredFrom(url)).toMatchObject({ differences: [], compared: { rows: 1, content: 'copy' } });
});
