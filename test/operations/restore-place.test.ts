/** A restored database takes the place of one that is there, and nothing is lost or half done by it. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { Failure } from '../../lib/contract/failure';
import type { PlaceRequest } from '../../lib/operations/restore-request';
import { connectionTarget } from '../../lib/postgres/connection';
import { silentReporter } from '../../lib/runtime/reporter';
import { faultyToolchain } from '../support/faulty-toolchain';
import { drillBench } from '../support/drill-bench';
import { makeBench, type Bench } from '../support/make-backup';
import { query, startCluster, type Cluster } from '../support/postgres-cluster';
import { restoreAudit, restoreBench } from '../support/restore-bench';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';

const PLACE = { keepDays: 7, maxAgeHours: 48 } as const;

interface Live {
  readonly url: string;
  readonly name: string;
  /** Of a database that is there always. */
  readonly server: string;
  readonly bench: Bench;
  readonly target: ReturnType<typeof restoreBench>;
  take(
    mode: PlaceRequest['mode'],
    changes?: Parameters<ReturnType<typeof restoreBench>['restore']>[0],
    tools?: Parameters<ReturnType<typeof restoreBench>['restore']>[1],
  ): ReturnType<ReturnType<typeof restoreBench>['restore']>;
}

/** A shop that was backed up, and from which a row is deleted since. */
async function damagedShop(major?: number): Promise<Live> {
  const url = await shopDatabase(major);
  const name = new URL(url).pathname.slice(1);
  const bench = await makeBench(url);
  await bench.backup();
  await query(url, 'DELETE FROM audit_log');
  const target = restoreBench(bench);
  return {
    ...{ url, name, bench, target, server: url.replace(/\/[^/]*$/, '/postgres') },
    take: (mode, changes = {}, tools = {}) =>
      target.restore(
        { place: { ...PLACE, mode, name }, owners: 'if-possible', allow: ['unproven'], ...changes },
        { ask: () => Promise.resolve(name), ...tools },
      ),
  };
}

const rowsIn = async (url: string) =>
  (await query(url, 'SELECT count(*)::int AS n FROM audit_log'))[0]?.['n'];

const names = async ({ server, name }: Live) =>
  (await query(server, `SELECT datname FROM pg_database WHERE datname LIKE '${name}%' ORDER BY 1`)).map(
    ({ datname }) => datname,
  );

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test.each(['swap', 'replace'] as const)(
    'after a %s the restored database has the name, and the old one is kept as it was',
    async (mode) => {
      const live = await damagedShop(major);
      const { tookPlace, differences, seconds } = await live.take(mode);
      expect(differences).toEqual([]);
      expect(seconds.place).toBeGreaterThan(0);
      expect(await rowsIn(live.url)).toBe(100);
      expect(await names(live)).toEqual([live.name, tookPlace?.keptAs]);
      expect(await rowsIn(live.server.replace(/postgres$/, tookPlace?.keptAs ?? ''))).toBe(0);
      expect(await live.target.exists()).toBe(false);
    },
  );

  test('what the live database has beside its data is carried over, whatever the backup had', async () => {
    const live = await damagedShop(major);
    const role = `r_${randomBytes(4).toString('hex')}`;
    await query(
      live.server,
      `CREATE ROLE ${role};
       ALTER DATABASE ${live.name} SET work_mem = '9MB';
       ALTER DATABASE ${live.name} SET app.token = 'swordfish';
       ALTER ROLE ${role} IN DATABASE ${live.name} SET statement_timeout = '7s';
       ALTER DATABASE ${live.name} CONNECTION LIMIT 50;
       REVOKE CONNECT ON DATABASE ${live.name} FROM PUBLIC;
       GRANT CONNECT ON DATABASE ${live.name} TO ${role};
       COMMENT ON DATABASE ${live.name} IS 'the shop'`,
    );
    const described = () =>
      query(
        live.server,
        `SELECT ARRAY(SELECT unnest(datacl)::text ORDER BY 1) AS acl, datconnlimit AS sessions, pg_get_userbyid(datdba) AS owner,
                shobj_description(d.oid, 'pg_database') AS comment,
                ARRAY(SELECT setrole::regrole::text || ' ' || unnest(setconfig) FROM pg_db_role_setting WHERE setdatabase = d.oid ORDER BY 1) AS settings
           FROM pg_database d WHERE datname = '${live.name}'`,
      );
    const before = await described();
    const { warnings, tookPlace } = await live.take('swap');
    expect(await described()).toEqual(before);
    expect(warnings.join('\n')).not.toContain('swordfish');
    const [{ comment } = {}] = await query(
      live.server,
      `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = '${tookPlace?.keptAs ?? ''}'`,
    );
    expect(comment).toMatch(
      /^Kept by Backstop until \d{4}-\d\d-\d\d: it was db_\w+ until it was restored from \S+\. Its comment was: the shop$/,
    );
  });
});

test('a privilege that was taken away since the backup does not come back, and one by default is not lost', async () => {
  const live = await damagedShop();
  const [gone, app] = ['gone', 'app'].map((name) => `${name}_${randomBytes(4).toString('hex')}`);
  await query(live.server, `CREATE ROLE ${gone}; CREATE ROLE ${app} LOGIN`);
  await query(
    live.server,
    `GRANT CREATE ON DATABASE ${live.name} TO ${gone}; REVOKE CONNECT ON DATABASE ${live.name} FROM PUBLIC`,
  );
  await live.bench.backup();
  await query(
    live.server,
    `REVOKE ALL ON DATABASE ${live.name} FROM ${gone}; GRANT CONNECT ON DATABASE ${live.name} TO PUBLIC`,
  );
  await live.take('swap');
  const [row] = await query(
    live.server,
    `SELECT has_database_privilege('${gone}', '${live.name}', 'CREATE') AS gone, has_database_privilege('${app}', '${live.name}', 'CONNECT') AS app`,
  );
  expect(row).toEqual({ gone: false, app: true });
});

test('a session of the server that is lost while the database is closed leaves it open', async () => {
  const live = await damagedShop();
  const loses = setInterval(() => {
    void query(
      live.server,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%FROM pg_catalog.pg_stat_activity WHERE datname%' AND pid <> pg_backend_pid()`,
    ).catch(() => undefined);
  }, 5);
  const holds = new Client({ connectionString: live.url });
  holds.on('error', () => undefined);
  await holds.connect();
  try {
    await live.take('swap').catch(() => undefined);
  } finally {
    clearInterval(loses);
    await holds.end().catch(() => undefined);
  }
  expect([0, 100]).toContain(await rowsIn(live.url));
});

test('a database that somebody had closed before is closed again where a replace fails', async () => {
  const live = await damagedShop();
  await query(live.server, `ALTER DATABASE ${live.name} ALLOW_CONNECTIONS false`);
  const { directory: postgresBin } = faultyToolchain('fails-in-the-data', 15, 'pg_restore');
  await expect(live.take('replace', { postgresBin })).rejects.toMatchObject({ exitCode: 9 });
  const [row] = await query(
    live.server,
    `SELECT datallowconn AS open FROM pg_database WHERE datname = '${live.name}'`,
  );
  expect(row).toEqual({ open: false });
  expect(await names(live)).toEqual([live.name]);
});

test('somebody who takes the name meanwhile is told, with what opens the old database', async () => {
  const live = await damagedShop();
  const toolchain = faultyToolchain('hangs-in-the-data', 15, 'pg_restore');
  const stop = new AbortController();
  const told: string[] = [];
  const reporter = { ...silentReporter, warn: (text: string) => told.push(text) };
  const running = live.take(
    'replace',
    { postgresBin: toolchain.directory },
    { signal: stop.signal, reporter },
  );
  const outcome = expect(running).rejects.toMatchObject({ exitCode: 11 });
  await toolchain.pid();
  await query(live.server, `CREATE DATABASE ${live.name}`);
  stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
  await outcome;
  expect(told.join('\n')).toMatch(
    /is still called \w+_before_\w+: .*already exists.*RENAME TO .*ALLOW_CONNECTIONS true/,
  );
  const kept = (await names(live)).find((name) => String(name).includes('_before_'));
  expect(await rowsIn(live.server.replace(/postgres$/, String(kept)))).toBe(0);
});

test('the way back that is printed leads back', async () => {
  const live = await damagedShop();
  const { tookPlace } = await live.take('swap');
  for (const sql of [tookPlace?.wayBack.join(';\n') ?? '']) {
    const client = new Client({ connectionString: live.server });
    await client.connect();
    for (const statement of sql.split(';\n')) await client.query(statement);
    await client.end();
  }
  expect(await rowsIn(live.url)).toBe(0);
  expect(await names(live)).toEqual([live.name]);
  expect(await rowsIn(live.target.url)).toBe(100);
  const told: string[] = [];
  const reporter = { ...silentReporter, info: (text: string) => told.push(text) };
  const later = { now: () => new Date(Date.now() + 20 * 86_400_000) };
  await restoreBench(live.bench).restore({}, { clock: later, reporter });
  expect(told.join('\n')).not.toContain(`${live.name} may be dropped`);
});

test('an application that connects again and again is shut out only while the names change', async () => {
  const live = await damagedShop();
  const stop = new AbortController();
  const seen: unknown[] = [];
  const application = (async () => {
    while (!stop.signal.aborted) seen.push(await rowsIn(live.url).catch(() => 'refused'));
  })();
  try {
    await eventually('the application runs', () =>
      seen.length > 3 ? Promise.resolve() : Promise.reject(new Error('not yet')),
    );
    await live.take('swap');
    const there = seen.length;
    await eventually('it has come back', () =>
      seen.slice(there + 3).includes(100) ? Promise.resolve() : Promise.reject(new Error('not yet')),
    );
  } finally {
    stop.abort();
    await application;
  }
  expect(seen.at(0)).toBe(0);
  expect(seen.at(-1)).toBe(100);
});

describe('what is not what was backed up takes no place', () => {
  test.each(['swap', 'replace'] as const)('by %s: the live database is where it was', async (mode) => {
    const live = await damagedShop();
    const { directory: postgresBin } = faultyToolchain('loses-a-row', 15, 'pg_restore');
    const result = await live.take(mode, { postgresBin });
    expect(result.tookPlace).toBeUndefined();
    expect(await rowsIn(live.url)).toBe(0);
    expect(await names(live)).toEqual([live.name]);
    expect(await live.target.exists()).toBe(true);
    expect(await restoreAudit(live.bench)).toMatchObject([
      { event: 'started' },
      {
        event: 'ended',
        exitCode: 10,
        failure: expect.stringContaining('it is not what was backed up') as string,
      },
    ]);
  });

  test('unless the operator takes it all the same, which the audit tells', async () => {
    const live = await damagedShop();
    const { directory: postgresBin } = faultyToolchain('loses-a-row', 15, 'pg_restore');
    const { tookPlace } = await live.take('swap', { postgresBin, allow: ['unproven', 'differences'] });
    expect(tookPlace).toMatchObject({ name: live.name });
    expect(await rowsIn(live.url)).toBe(99);
    expect(await restoreAudit(live.bench)).toMatchObject([
      { event: 'started', overrides: ['unproven'] },
      { event: 'ended', overrides: ['unproven', 'differences'], exitCode: 10 },
    ]);
  });

  test('nor does what fails a check', async () => {
    const live = await damagedShop();
    const checks = [{ name: 'recent', sql: 'SELECT false' }];
    const result = await live.take('swap', { checks });
    expect(result).toMatchObject({ checks: [{ name: 'recent', passed: false }], differences: [] });
    expect(result.tookPlace).toBeUndefined();
    expect(await names(live)).toEqual([live.name]);
    expect(
      (await live.take('swap', { checks, allow: ['unproven', 'failed-checks'] }).catch(String)) as unknown,
    ).toMatch(/is not empty/);
  });
});

describe('a replace that does not come to its end', () => {
  test('because the dump does not load: the old database has its name again, and is open', async () => {
    const live = await damagedShop();
    const { directory: postgresBin } = faultyToolchain('fails-in-the-data', 15, 'pg_restore');
    await expect(live.take('replace', { postgresBin })).rejects.toMatchObject({ exitCode: 9 });
    expect(await rowsIn(live.url)).toBe(0);
    expect(await names(live)).toEqual([live.name]);
    expect(await live.target.exists()).toBe(false);
  });

  test('because it is stopped: the same', async () => {
    const live = await damagedShop();
    const toolchain = faultyToolchain('hangs-in-the-data', 15, 'pg_restore');
    const stop = new AbortController();
    const running = live.take('replace', { postgresBin: toolchain.directory }, { signal: stop.signal });
    const outcome = expect(running).rejects.toMatchObject({ exitCode: 11 });
    await toolchain.pid();
    await expect(query(live.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
    stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
    await outcome;
    expect(await rowsIn(live.url)).toBe(0);
    expect(await names(live)).toEqual([live.name]);
    expect(await live.target.exists()).toBe(false);
  });
});

describe('refused before anything is changed', () => {
  let live: Live;
  beforeAll(async () => {
    live = await damagedShop();
  });
  afterEach(async () => {
    expect(await names(live)).toEqual([live.name]);
    expect(await rowsIn(live.url)).toBe(0);
    expect(await live.target.exists()).toBe(false);
  });

  test.each([
    ['nobody typed', undefined, /must be typed, and nobody can be asked/],
    ['something else was typed', 'shop', /"shop" was typed; the database is db_/],
    ['nothing was typed', '', /"" was typed/],
  ])('because %s', async (_, typed, message) => {
    await expect(live.take('swap', {}, { ask: () => Promise.resolve(typed) })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringMatching(message) as string,
      hint: expect.stringContaining('--confirm') as string,
    });
  });

  test('because the point is not proven, or nobody says whose evidence is believed', async () => {
    await expect(live.take('swap', { allow: [] })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringMatching(
        /not proven restorable: it is not said whose evidence.*Overridden by --allow unproven\./,
      ) as string,
    });
    const evidenceTrust = { keys: await live.bench.signer.trustedPublicKeys(), allowUnsigned: false };
    await expect(live.take('replace', { allow: [] }, { evidenceTrust })).rejects.toMatchObject({
      message: expect.stringContaining('no evidence of a drill that is believed') as string,
    });
  });

  test('because the point is old', async () => {
    const place = { mode: 'swap', name: live.name, keepDays: 7, maxAgeHours: 48 } as const;
    const clock = { now: () => new Date(Date.now() + 49 * 3_600_000) };
    await expect(live.take('swap', { place }, { clock })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringMatching(/old, and --max-age-hours is 48.*--allow old/) as string,
    });
  });

  test('because it is the backup of another database', async () => {
    const other = await damagedShop();
    const place = { ...PLACE, mode: 'replace', name: live.name } as const;
    await expect(
      other.take('replace', { place }, { ask: () => Promise.resolve(live.name) }),
    ).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringMatching(
        /is a backup of the database db_\w+, not of db_\w+\. Overridden by --allow other-system/,
      ) as string,
    });
  });

  test('because there is no such database', async () => {
    const place = { ...PLACE, mode: 'swap', name: 'nowhere' } as const;
    await expect(live.take('swap', { place })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('does not exist, so there is nothing to swap') as string,
    });
  });

  test('because the user may not rename it, as where a provider fixes the name', async () => {
    const role = `r_${randomBytes(4).toString('hex')}`;
    await query(live.server, `CREATE ROLE ${role} LOGIN CREATEDB`);
    const maintenance = { ...maintenanceOf(live), user: role };
    await expect(live.take('swap', { maintenance })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringMatching(/may not rename .*: it is owned by backstop/) as string,
      hint: expect.stringContaining('Render') as string,
    });
  });

  test('because somebody is connected to it by --to', async () => {
    const maintenance = { ...maintenanceOf(live), database: live.name };
    await expect(live.take('swap', { maintenance })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('names') as string,
    });
  });
});

const maintenanceOf = ({ server }: Live) => connectionTarget(server, {});

test('a proven point needs no override', async () => {
  const live = await damagedShop();
  const drills = await drillBench(live.bench);
  await drills.drill();
  const evidenceTrust = { keys: [readFileSync(drills.evidencePublicKeyFile, 'utf8')], allowUnsigned: false };
  expect(await live.take('swap', { allow: [] }, { evidenceTrust })).toMatchObject({
    tookPlace: { name: live.name },
  });
  expect(await restoreAudit(live.bench)).toMatchObject([
    { event: 'started', what: expect.stringMatching(/^\S+ into .*, to swap db_/) as string },
    { event: 'ended', exitCode: 0 },
  ]);
});

test('its owner with CREATEDB, who is no superuser, swaps it: everything belongs to that user', async () => {
  const live = await damagedShop();
  const role = `r_${randomBytes(4).toString('hex')}`;
  await query(
    live.server,
    `CREATE ROLE ${role} LOGIN CREATEDB; ALTER DATABASE ${live.name} OWNER TO ${role}`,
  );
  const maintenance = { ...maintenanceOf(live), user: role };
  await expect(live.take('swap', { maintenance })).rejects.toMatchObject({
    exitCode: 8,
    message: expect.stringMatching(
      /without owners and privileges: backstop would have none.*--allow lost-owners/s,
    ) as string,
  });
  const { tookPlace } = await live.take('swap', { maintenance, allow: ['unproven', 'lost-owners'] });
  expect(tookPlace).toMatchObject({ name: live.name });
  const owned = await query(
    live.url,
    `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`,
  );
  expect(owned).toEqual([{ tableowner: role }]);
});

test('what earlier restores kept is told once its time is over', async () => {
  const live = await damagedShop();
  const { tookPlace } = await live.take('swap');
  const told: string[] = [];
  const reporter = {
    info: (text: string) => told.push(text),
    warn: () => undefined,
    progress: () => undefined,
    close: () => undefined,
  };
  const later = { now: () => new Date(Date.now() + 9 * 86_400_000) };
  await restoreBench(live.bench).restore({}, { clock: later, reporter });
  expect(told.join('\n')).toContain(
    `The database ${tookPlace?.keptAs ?? '?'} may be dropped. Its comment: Kept by`,
  );
});

describe('what is bound to the database itself', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(undefined, ['wal_level=logical', 'max_prepared_transactions=2']);
  });
  afterAll(() => cluster.kill());

  test('slots and subscriptions stay with the old database, which is told; prepared transactions refuse it', async () => {
    const url = await cluster.createDatabase('shop');
    await query(url, 'CREATE TABLE t (a int)');
    await query(
      url,
      "CREATE SUBSCRIPTION news CONNECTION 'host=nowhere.invalid' PUBLICATION p WITH (connect = false)",
    );
    await query(url, `SELECT pg_create_logical_replication_slot('changes', 'test_decoding')`).catch(() =>
      query(url, `SELECT pg_create_logical_replication_slot('changes', 'pgoutput')`),
    );
    const bench = await makeBench(url);
    await bench.backup();
    const take = () =>
      restoreBench(bench).restore(
        { place: { ...PLACE, mode: 'swap', name: 'shop' }, allow: ['unproven'], owners: 'if-possible' },
        { ask: () => Promise.resolve('shop') },
      );
    await query(url, `BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'left'`);
    await expect(take()).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('has prepared transactions: left') as string,
    });
    await query(url, `ROLLBACK PREPARED 'left'`);
    const { warnings } = await take();
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/Replication slots stay with the old database.*: changes\./),
        expect.stringMatching(/Subscriptions stay with the old database.*: news\./),
      ]),
    );
  });
});
