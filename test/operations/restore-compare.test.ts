import { randomBytes } from 'node:crypto';
import { compareWithManifest } from '../../lib/operations/restore-compare';
import { Failure } from '../../lib/contract/failure';
import { connectionTarget } from '../../lib/postgres/connection';
import { fetchedDump } from '../../lib/postgres/fetched-dump';
import { withSession } from '../../lib/postgres/target-server';
import { toolchainFor } from '../../lib/postgres/toolchain';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase, sharedMajors, sharedServers } from '../support/shared-servers';
import { eventually } from '../support/spawn';

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

test('a signal ends a compare whose count waits for a lock, on the server, too', async () => {
  const url = await freshDatabase();
  await query(url, 'CREATE TABLE t (a int); INSERT INTO t VALUES (1)');
  const bench = await makeBench(url);
  await bench.backup();
  const restored = restoreBench(bench);
  const { manifest } = await restored.restore();
  const stop = new AbortController();
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = '${restored.targetDatabase}' AND wait_event_type = 'Lock'`;
  const toolchain = await toolchainFor(manifest.server.major);
  const dump = fetchedDump(manifest, restored.scratchRoot);
  const target = connectionTarget(restored.url, {});
  await withSession(target, async (locker) => {
    await locker.query('BEGIN; LOCK TABLE t');
    const comparing = compareWithManifest({
      ...{ manifest, dump, target, toolchain, owners: false, level: 'rows', signal: stop.signal },
      onTable: () => undefined,
    });
    const reason = new Failure('stopped', 'Stopped by SIGTERM.');
    const outcome = expect(comparing).rejects.toBe(reason);
    await eventually('the count waits', async () => {
      expect(await query(url, waiting)).toHaveLength(1);
    });
    stop.abort(reason);
    await outcome;
    await eventually('nobody waits', async () => {
      expect(await query(url, waiting)).toHaveLength(0);
    });
  });
});
