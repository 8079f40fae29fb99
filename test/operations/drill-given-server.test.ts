/** On a server that was there before, a drill leaves nothing: no database, no role; where it must, it fails. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { DRILL_PHASES } from '../../lib/contract/evidence';
import { Failure } from '../../lib/contract/failure';
import { stampOf } from '../../lib/contract/recovery-point-id';
import { connectionTarget } from '../../lib/postgres/connection';
import { givenServer } from '../../lib/postgres/given-server';
import { withSession } from '../../lib/postgres/target-server';
import { drillBench, NOTHING_REMAINS } from '../support/drill-bench';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench } from '../support/make-backup';
import { query, startCluster, type Cluster } from '../support/postgres-cluster';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  let server: Cluster;
  let shop: string;
  const owner = `owner_${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    server = await startCluster(major, ['max_prepared_transactions=2']);
    shop = await shopDatabase(major);
    await query(shop, `CREATE ROLE ${owner}; ALTER TABLE invoice OWNER TO ${owner}`);
  });
  afterAll(() => server.stop());

  async function benches(user = 'backstop') {
    const bench = await makeBench(shop);
    await bench.backup();
    const url = new URL(server.url());
    url.username = user;
    const servers = givenServer(connectionTarget(url.href, {}));
    return { drills: await drillBench(bench), servers };
  }

  async function left() {
    const databases = await query(
      server.url(),
      `SELECT datname FROM pg_database WHERE datname ~ '^backstop_drill'`,
    );
    const roles = await query(server.url(), `SELECT rolname FROM pg_roles WHERE rolname = '${owner}'`);
    return { databases, roles };
  }

  const NOTHING_LEFT = { databases: [], roles: [] };

  test('a point is proven with its owners, each phase timed, and database and roles are gone afterwards', async () => {
    const { drills, servers } = await benches();
    const check = {
      name: 'owner',
      sql: `select tableowner = '${owner}' from pg_tables where tablename = 'invoice'`,
    };
    const { evidence } = await drills.drill({ checks: [check] }, { servers });
    expect(evidence).toMatchObject({ outcome: 'proven', target: 'server', differences: [], warnings: [] });
    expect(evidence.checks).toMatchObject([{ passed: true }]);
    expect(evidence.serverVersion).toMatch(new RegExp(`^${major}\\.`));
    for (const phase of DRILL_PHASES)
      expect([phase, evidence.phaseSeconds[phase] > 0]).toEqual([phase, true]);
    expect(evidence.restoreSeconds).toBeGreaterThan(0);
    expect(await left()).toEqual(NOTHING_LEFT);
    expect(drills.remains()).toEqual(NOTHING_REMAINS);
  });

  test('a user who is no superuser proves it without owners, and says so', async () => {
    const user = `maker_${randomBytes(4).toString('hex')}`;
    await query(server.url(), `CREATE ROLE ${user} LOGIN CREATEDB`);
    const { drills, servers } = await benches(user);
    const { evidence } = await drills.drill({}, { servers });
    expect(evidence).toMatchObject({
      outcome: 'proven',
      warnings: [`${user} is no superuser: owners and privileges are neither restored nor compared.`],
    });
    expect(await left()).toEqual(NOTHING_LEFT);
  });

  test('a drill that fails takes its database and its roles with it', async () => {
    const { drills, servers } = await benches();
    const { directory: postgresBin } = faultyToolchain('fails-in-the-data', major, 'pg_restore');
    await expect(drills.drill({ postgresBin }, { servers })).rejects.toMatchObject({ exitCode: 9 });
    expect(await left()).toEqual(NOTHING_LEFT);
    expect(await drills.evidence()).toMatchObject([{ outcome: 'failed', target: 'server' }]);
  });

  test('a drill that is stopped takes its database and its roles with it', async () => {
    const { drills, servers } = await benches();
    const toolchain = faultyToolchain('hangs-in-the-data', major, 'pg_restore');
    const stop = new AbortController();
    const running = drills.drill({ postgresBin: toolchain.directory }, { servers, signal: stop.signal });
    const outcome = expect(running).rejects.toMatchObject({ exitCode: 11 });
    await toolchain.pid();
    expect(await left()).toMatchObject({ databases: [{}], roles: [{}] });
    stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
    await outcome;
    expect(await left()).toEqual(NOTHING_LEFT);
  });

  test('a query that runs when a drill is stopped is cancelled', async () => {
    const { drills, servers } = await benches();
    const stop = new AbortController();
    const checks = [{ name: 'long', sql: 'select pg_sleep(600) is null' }];
    const running = drills.drill({ checks }, { servers, signal: stop.signal });
    const outcome = expect(running).rejects.toMatchObject({ exitCode: 11 });
    const sleeping = `SELECT FROM pg_stat_activity WHERE query ~ 'pg_sleep' AND state = 'active' AND pid <> pg_backend_pid()`;
    await eventually('the query runs', async () => {
      expect(await query(server.url(), sleeping)).toHaveLength(1);
    });
    stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
    await outcome;
    expect(await query(server.url(), sleeping)).toHaveLength(0);
    expect(await left()).toEqual(NOTHING_LEFT);
  });

  test('a server that cannot be reached is told as what it is', async () => {
    const { drills } = await benches();
    const servers = givenServer(connectionTarget('postgres://nobody@127.0.0.1:9/postgres', {}));
    await expect(drills.drill({}, { servers })).rejects.toMatchObject({ exitCode: 3 });
    expect(await drills.evidence()).toMatchObject([
      { outcome: 'failed', exitCode: 3, target: 'server', serverVersion: null },
    ]);
  });

  test('settings of the user that would end or forbid its statements hinder no drill', async () => {
    const user = `hindered_${randomBytes(4).toString('hex')}`;
    await query(
      server.url(),
      `CREATE ROLE ${user} LOGIN SUPERUSER; ALTER ROLE ${user} SET statement_timeout = '1ms';
     ALTER ROLE ${user} SET default_transaction_read_only = on`,
    );
    const { drills, servers } = await benches(user);
    const { evidence } = await drills.drill({}, { servers });
    expect(evidence).toMatchObject({ outcome: 'proven', warnings: [] });
    expect(await left()).toEqual(NOTHING_LEFT);
  });

  test('a second drill on the same server is refused before it makes anything, and the first goes on', async () => {
    const { drills, servers } = await benches();
    const toolchain = faultyToolchain('hangs-in-the-data', major, 'pg_restore');
    const stop = new AbortController();
    const running = drills.drill({ postgresBin: toolchain.directory }, { servers, signal: stop.signal });
    const outcome = expect(running).rejects.toMatchObject({ exitCode: 11 });
    await toolchain.pid();
    const before = await left();
    expect(before).toMatchObject({ databases: [{}], roles: [{}] });
    await expect(drills.drill({}, { servers })).rejects.toMatchObject({
      kind: 'already-running',
      hint: expect.stringContaining('a schedule of its own'),
    });
    expect(await left()).toEqual(before);
    stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
    await outcome;
    const { evidence } = await drills.drill({}, { servers });
    expect(evidence).toMatchObject({ outcome: 'proven', warnings: [] });
  });

  test('a point whose copy stays behind is not proven, and the message says how to drop it', async () => {
    const { drills, servers } = await benches();
    const psql = path.join(server.binDirectory, 'psql');
    const statements = ['BEGIN', 'CREATE TABLE kept ()', `PREPARE TRANSACTION 'kept'`];
    const command = [psql, '-X', '-v', 'ON_ERROR_STOP=1', ...statements.flatMap((sql) => ['-c', sql])];
    const failing = drills.drill(
      { checks: [{ name: 'prepares', command, timeoutSeconds: 60 }] },
      { servers },
    );
    await expect(failing).rejects.toMatchObject({
      kind: 'restore-failed',
      message: expect.stringMatching(
        /backstop_drill_\w+ is a copy .*prepared transaction.*DROP DATABASE "backstop_drill_\w+"/s,
      ),
      hint: expect.stringContaining('ROLLBACK PREPARED'),
    });
    const [evidence] = await drills.evidence();
    expect(evidence).toMatchObject({
      ...{ outcome: 'failed', exitCode: 9, checks: [{ passed: true }] },
      warnings: [expect.stringContaining(`Drop by hand: DROP ROLE IF EXISTS "${owner}"`)],
    });
    const [{ datname } = {}] = (await left()).databases;
    await query(server.url(String(datname)), `ROLLBACK PREPARED 'kept'`);
    await query(server.url(), `DROP DATABASE "${String(datname)}"`);
    await query(server.url(), `DROP ROLE ${owner}`);
  });

  test('a copy that an earlier drill left is told with its statement, and is not dropped', async () => {
    const { drills, servers } = await benches();
    const named = (ageHours: number) =>
      `backstop_drill_${stampOf(new Date(Date.now() - ageHours * 3_600_000)).toLowerCase()}_0abcde`;
    const [old, used, young] = [named(49), named(50), named(47)];
    const others = ['backstop_drill_mine', 'my_backstop_drill_20200101t000000z_0abcde'];
    for (const name of [old, used, young, ...others]) await server.createDatabase(name);
    const evidence = await withSession(connectionTarget(server.url(used), {}), async () => {
      const result = await drills.drill({}, { servers });
      return result.evidence;
    });
    expect(evidence).toMatchObject({
      outcome: 'proven',
      warnings: [expect.stringMatching(`/${old} was left .*DROP DATABASE "${old}" WITH \\(FORCE\\);$`)],
    });
    expect((await left()).databases.map(({ datname }) => datname).sort()).toEqual(
      [old, used, young, 'backstop_drill_mine'].sort(),
    );
    for (const name of [old, used, young, ...others]) await query(server.url(), `DROP DATABASE "${name}"`);
  });
});
