/** On a server that was there before, a drill leaves nothing: no database, no role. */
import { randomBytes } from 'node:crypto';
import { Failure } from '../../lib/contract/failure';
import { connectionTarget } from '../../lib/postgres/connection';
import { givenServer } from '../../lib/postgres/given-server';
import { drillBench, NOTHING_REMAINS } from '../support/drill-bench';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench } from '../support/make-backup';
import { query, startCluster, type Cluster } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';

let server: Cluster;
let shop: string;
const owner = `owner_${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  server = await startCluster(15);
  shop = await shopDatabase();
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

test('a point is proven with its owners, and database and roles are gone afterwards', async () => {
  const { drills, servers } = await benches();
  const check = {
    name: 'owner',
    sql: `select tableowner = '${owner}' from pg_tables where tablename = 'invoice'`,
  };
  const { evidence } = await drills.drill({ checks: [check] }, { servers });
  expect(evidence).toMatchObject({ outcome: 'proven', target: 'server', differences: [], warnings: [] });
  expect(evidence.checks).toMatchObject([{ passed: true }]);
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
  const { directory: postgresBin } = faultyToolchain('fails-in-the-data', 15, 'pg_restore');
  await expect(drills.drill({ postgresBin }, { servers })).rejects.toMatchObject({ exitCode: 9 });
  expect(await left()).toEqual(NOTHING_LEFT);
  expect(await drills.evidence()).toMatchObject([{ outcome: 'failed', target: 'server' }]);
});

test('a drill that is stopped takes its database and its roles with it', async () => {
  const { drills, servers } = await benches();
  const toolchain = faultyToolchain('hangs-in-the-data', 15, 'pg_restore');
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
