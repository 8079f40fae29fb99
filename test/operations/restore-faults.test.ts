import { randomBytes } from 'node:crypto';
import { Failure } from '../../lib/contract/failure';
import type { ArchiveFormat } from '../../lib/contract/manifest';
import { demandVerdict } from '../../lib/operations/restore-verdict';
import { faultyToolchain, isRunning } from '../support/faulty-toolchain';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';

let shop: string;
beforeAll(async () => {
  shop = await shopDatabase();
});

async function benches(fixture: string) {
  const bench = await makeBench(shop);
  await bench.backup();
  return { target: restoreBench(bench), toolchain: faultyToolchain(fixture, 15, 'pg_restore') };
}

describe('a restore that fails half-way', () => {
  test('drops the database that it made and says why', async () => {
    const { target, toolchain } = await benches('fails-in-the-data');
    await expect(target.restore({ postgresBin: toolchain.directory })).rejects.toMatchObject({
      kind: 'restore-failed',
      exitCode: 9,
      message: expect.stringContaining('No space left on device'),
    });
    expect(await target.exists()).toBe(false);
    expect(target.scratch()).toEqual([]);
  });

  test('leaves the database where that was asked', async () => {
    const { target, toolchain } = await benches('fails-in-the-data');
    await expect(
      target.restore({ postgresBin: toolchain.directory, keepFailed: true }),
    ).rejects.toMatchObject({
      exitCode: 9,
    });
    expect(await query(target.url, 'SELECT count(*)::int AS n FROM invoice')).toEqual([{ n: 0 }]);
  });

  test('never drops a database that was there before, and tells', async () => {
    const { target, toolchain } = await benches('fails-in-the-data');
    await query(shop, `CREATE DATABASE ${target.targetDatabase} TEMPLATE template0`);
    const told: string[] = [];
    const reporter = {
      info: () => undefined,
      warn: (text: string) => told.push(text),
      progress: () => undefined,
      close: () => undefined,
    };
    await expect(target.restore({ postgresBin: toolchain.directory }, { reporter })).rejects.toMatchObject({
      exitCode: 9,
    });
    expect(await target.exists()).toBe(true);
    expect(told).toEqual([expect.stringContaining('may now hold a part of the dump')]);
  });

  test('a signal ends pg_restore, drops the database and removes what was fetched', async () => {
    const { target, toolchain } = await benches('hangs-in-the-data');
    const stop = new AbortController();
    const running = target.restore({ postgresBin: toolchain.directory }, { signal: stop.signal });
    const outcome = expect(running).rejects.toMatchObject({ kind: 'stopped', exitCode: 11 });
    const pid = await toolchain.pid();
    expect(await target.exists()).toBe(true);
    stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
    await outcome;
    expect(isRunning(pid)).toBe(false);
    expect(await target.exists()).toBe(false);
    expect(target.scratch()).toEqual([]);
  });
});

describe('a restore that ends well and is not what was backed up', () => {
  test('a lost row is named, and the database is left', async () => {
    const { target, toolchain } = await benches('loses-a-row');
    const result = await target.restore({ postgresBin: toolchain.directory });
    expect(() => {
      demandVerdict(result);
    }).toThrow(
      expect.objectContaining({ exitCode: 10, message: expect.stringContaining('audit_log') }) as Failure,
    );
    expect(await target.exists()).toBe(true);
  });

  test('a changed value is named although the number of rows is the same', async () => {
    const { target, toolchain } = await benches('changes-a-value');
    const { differences } = await target.restore({ postgresBin: toolchain.directory });
    expect(differences).toEqual([
      expect.objectContaining({ class: 'data', subject: expect.stringContaining('invoice') }),
    ]);
  });

  test('a compare of rows alone says that it did not look at content', async () => {
    const { target, toolchain } = await benches('changes-a-value');
    expect(await target.restore({ postgresBin: toolchain.directory, compare: 'rows' })).toMatchObject({
      differences: [],
      compared: { content: 'none', rows: 22600 },
    });
  });
});

/** Its check reads a table that is loaded later: true where the dump was made, false while it is restored. */
async function benchOfRefusedRow(format: ArchiveFormat) {
  const source = await freshDatabase();
  await query(
    source,
    `CREATE TABLE price (amount int); INSERT INTO price VALUES (1);
     CREATE FUNCTION priced() RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM public.price)';
     CREATE TABLE item (id int CHECK (public.priced())); INSERT INTO item VALUES (1)`,
  );
  const bench = await makeBench(source);
  await bench.backup({ format });
  return restoreBench(bench);
}

test('a plain dump that fails leaves nothing of itself in a database that was there before', async () => {
  const target = await benchOfRefusedRow('plain');
  await query(shop, `CREATE DATABASE ${target.targetDatabase} TEMPLATE template0`);
  await expect(target.restore()).rejects.toMatchObject({ kind: 'restore-failed' });
  const relations = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`;
  expect(await query(target.url, relations)).toEqual([]);
});

test.each(['directory', 'custom', 'plain'] as const)(
  'the first row that the target refuses ends the restore of a %s dump',
  async (format) => {
    const target = await benchOfRefusedRow(format);
    const failure: unknown = await target.restore({ jobs: 1 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      kind: 'restore-failed',
      message: expect.stringContaining('violates check constraint'),
    });
    expect(failure).not.toMatchObject({ message: expect.stringContaining('errors ignored') });
    expect(await target.exists()).toBe(false);
  },
);

test('rows of a partitioned table are restored before its triggers can touch them', async () => {
  const source = await freshDatabase();
  await query(
    source,
    `CREATE TABLE event (id int, at int) PARTITION BY RANGE (id);
     ${Array.from({ length: 8 }, (_, i) => `CREATE TABLE event_${i} PARTITION OF event FOR VALUES FROM (${i}) TO (${i + 1})`).join(';')};
     INSERT INTO event SELECT i % 8, 1 FROM generate_series(1, 4000) i;
     CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := 2; RETURN NEW; END';
     CREATE TRIGGER touch BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION touch()`,
  );
  const bench = await makeBench(source);
  await bench.backup();
  const target = restoreBench(bench);
  expect(await target.restore({ jobs: 4 })).toMatchObject({ differences: [] });
  expect(await query(target.url, 'SELECT DISTINCT at FROM event')).toEqual([{ at: 1 }]);
});

test('a user who is no superuser restores what only a superuser may make without it, and is told', async () => {
  const source = await freshDatabase();
  await query(
    source,
    `CREATE TABLE kept AS SELECT 1 AS one;
     CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
     CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch()`,
  );
  const bench = await makeBench(source);
  await bench.backup();
  const role = `managed_${randomBytes(4).toString('hex')}`;
  await query(source, `CREATE ROLE ${role} LOGIN CREATEDB`);
  const server = new URL(source);
  server.username = role;
  const target = restoreBench(bench, server.toString());
  const { warnings, differences } = await target.restore();
  expect(warnings).toEqual([expect.stringMatching(/^Left out, .* EVENT TRIGGER - watch/)]);
  expect(differences).toEqual([
    expect.objectContaining({ subject: expect.stringContaining('event trigger') }),
  ]);
  expect(await query(target.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
});

test('database settings come back, and owners and privileges where asked', async () => {
  const source = await freshDatabase();
  const name = new URL(source).pathname.slice(1);
  const role = `owner_${randomBytes(4).toString('hex')}`;
  await query(
    source,
    `CREATE ROLE ${role};
     CREATE TABLE owned (id int); ALTER TABLE owned OWNER TO ${role};
     CREATE TABLE granted (id int); GRANT SELECT ON granted TO ${role};
     ALTER DATABASE ${name} SET search_path = app, public;
     ALTER DATABASE ${name} SET default_transaction_read_only = on;
     ALTER DATABASE ${name} CONNECTION LIMIT 3;
     GRANT CREATE ON DATABASE ${name} TO ${role}`,
  );
  const bench = await makeBench(source);
  await bench.backup();
  const target = restoreBench(bench);
  expect(await target.restore({ owners: true })).toMatchObject({ differences: [], warnings: [] });
  const read = `SELECT datconnlimit, ARRAY(SELECT item::text FROM unnest(datacl) item ORDER BY 1) AS acl, current_setting('search_path') AS path,
      (SELECT tableowner FROM pg_tables WHERE tablename = 'owned') AS owner,
      has_table_privilege('${role}', 'public.granted', 'SELECT') AS granted FROM pg_database WHERE datname = current_database()`;
  expect(await query(target.url, read)).toEqual(await query(source, read));
  expect(await query(target.url, 'SHOW default_transaction_read_only')).toEqual([
    { default_transaction_read_only: 'on' },
  ]);
});

describe('a restore whose database settings cannot all be applied', () => {
  test('names what it left out without its value, which may be a secret', async () => {
    const { role, bench } = await ownedByAnother();
    const { warnings } = await restoreBench(bench, asRole(bench.url, role)).restore();
    expect(warnings.join()).toContain('setting app.secret');
    expect(warnings.join()).not.toContain('hunter2');
  });

  test('says that data and schema were compared when the owner cannot be given', async () => {
    const { role, bench } = await ownedByAnother();
    await expect(
      restoreBench(bench, asRole(bench.url, role)).restore({ owners: true }),
    ).rejects.toMatchObject({
      kind: 'restore-failed',
      message: expect.stringContaining('compared, and it is what was backed up; but the settings') as string,
    });
  });
});

/** A database of one role, and another role that may only create databases. */
async function ownedByAnother() {
  const url = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  const role = `maker_${name}`;
  await query(
    url,
    `CREATE ROLE ${role} LOGIN CREATEDB PASSWORD 'only-for-tests';
     ALTER DATABASE ${name} SET "app.secret" = 'hunter2'`,
  );
  const bench = await makeBench(url);
  await bench.backup();
  return { role, bench };
}

const asRole = (url: string, role: string) => url.replace('//backstop:', `//${role}:`);
