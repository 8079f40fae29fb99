import { randomBytes } from 'node:crypto';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase, sharedMajors, sharedServers } from '../support/shared-servers';

test.each(sharedMajors())(
  'PostgreSQL %i: names in another encoding than UTF-8 are compared as they are',
  async (major) => {
    const name = `latin_${randomBytes(4).toString('hex')}`;
    const maintenance = sharedServers().postgres[String(major)] ?? '';
    await query(maintenance, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    const url = maintenance.replace(/[^/]*$/, name);
    await query(url, `CREATE TABLE "é" ("ü" serial, a text); INSERT INTO "é" (a) VALUES ('ñ')`);
    await query(url, `CREATE TABLE "è" (b serial); INSERT INTO "è" DEFAULT VALUES`);
    const bench = await makeBench(url);
    await bench.backup();
    const { differences, compared } = await restoreBench(bench).restore();
    expect(differences).toEqual([]);
    expect(compared).toMatchObject({ tables: 2, rows: 2, sequences: 2, content: 'copy' });
  },
);

test('a client_encoding that was set for the database makes no difference', async () => {
  const url = await freshDatabase();
  await query(
    url,
    `CREATE TABLE t (a text); INSERT INTO t VALUES ('é');
     ALTER DATABASE ${new URL(url).pathname.slice(1)} SET client_encoding = 'LATIN1'`,
  );
  const bench = await makeBench(url);
  await bench.backup();
  expect((await restoreBench(bench).restore()).differences).toEqual([]);
});

test('a table whose rows cannot be found in the dump is not called compared', async () => {
  const url = await freshDatabase();
  await query(url, `CREATE TABLE t (a int, "x\ny" text); INSERT INTO t VALUES (1, 'one')`);
  const bench = await makeBench(url);
  await bench.backup();
  expect((await restoreBench(bench).restore()).differences).toEqual([
    {
      class: 'data',
      subject: 'table public.t',
      text: 'values were not compared: it had 1 rows when it was backed up, the dump shows 0',
    },
  ]);
});
