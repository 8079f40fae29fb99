import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { examineDatabase, type ExaminedDatabase } from '../../../lib/operations/doctor/database';
import { judgeReadiness, judgeTime } from '../../../lib/operations/doctor/database-verdicts';
import type { ServerFacts } from '../../../lib/postgres/server';
import { connect, connectionTarget } from '../../../lib/postgres/connection';
import { makeBench } from '../../support/make-backup';
import { query, startCluster, type Cluster } from '../../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';
import { shopDatabase } from '../../support/small-database';
import { freePort, run, unprivileged } from '../../support/spawn';
import { startTransactionPooler } from '../../support/transaction-pooler';

const [MAJOR = 15] = sharedMajors();

function described(url: string, changes: Partial<ExaminedDatabase> = {}): ExaminedDatabase {
  return {
    name: 'shop',
    target: { ...connectionTarget(url, {}), sslMode: 'disable' },
    major: MAJOR,
    ...{ format: undefined, jobs: 2, compression: undefined, inventory: 'rows', expectedMinutes: 30 },
    ...changes,
  };
}

async function examined(url: string, changes: Partial<ExaminedDatabase> = {}) {
  const { examinations } = await examineDatabase(described(url, changes));
  return Object.fromEntries(examinations.map((each) => [each.check, each]));
}

/** A role that may do nothing but connect: as the administrator has just made it. */
async function newRole(url: string, options = ''): Promise<{ readonly name: string; readonly url: string }> {
  const name = `reader_${randomBytes(4).toString('hex')}`;
  await query(url, `CREATE ROLE "${name}" LOGIN ${options}`);
  const its = new URL(url);
  its.username = name;
  return { name, url: its.toString() };
}

test('a database that is ready has no fault, and its size is told', async () => {
  const url = await shopDatabase(MAJOR);
  const { examinations, databaseBytes } = await examineDatabase(described(url));
  expect(examinations.map(({ check, outcome }) => [check, outcome])).toEqual([
    ['connection', 'ok'],
    ['pooler', 'ok'],
    ['TLS', 'warning'],
    ['version', 'ok'],
    ['client programs', 'ok'],
    ['privileges', 'ok'],
    ['row security', 'ok'],
    ['large objects', 'ok'],
    ['locks', 'ok'],
    ['connections', 'ok'],
    ['time', 'ok'],
  ]);
  expect(examinations.every(({ area, database }) => area === 'database' && database === 'shop')).toBe(true);
  const [{ bytes } = {}] = await query(url, 'SELECT pg_database_size(current_database())::float8 AS bytes');
  expect(databaseBytes).toBe(bytes);
});

describe('reaching it', () => {
  test('a server that does not answer is a fault, and nothing else is said', async () => {
    const url = `postgres://backup@127.0.0.1:${await freePort()}/shop`;
    expect(await examined(url)).toEqual({
      connection: expect.objectContaining({
        outcome: 'fault',
        hint: expect.stringContaining('Nothing listens there'),
      }),
    });
  });

  test('a database that is not there is a fault', async () => {
    const url = new URL(await freshDatabase());
    url.pathname = '/no-such-database';
    expect((await examined(url.toString()))['connection']).toMatchObject({
      outcome: 'fault',
      found: expect.stringContaining('"no-such-database" does not exist'),
    });
  });

  test('a role that may not CONNECT is told so', async () => {
    const url = await freshDatabase();
    const role = await newRole(url);
    await query(url, `REVOKE CONNECT ON DATABASE "${new URL(url).pathname.slice(1)}" FROM public`);
    expect((await examined(role.url))['connection']).toMatchObject({
      outcome: 'fault',
      found: expect.stringContaining('permission denied for database'),
    });
  });

  test('a transaction pooler in between is a fault, and what is read through it is not told', async () => {
    const url = new URL(await freshDatabase());
    const pooler = await startTransactionPooler(Number(url.port));
    url.port = String(pooler.port);
    try {
      expect(await examined(url.toString())).toEqual({
        connection: expect.objectContaining({ outcome: 'ok' }),
        pooler: expect.objectContaining({ outcome: 'fault', hint: expect.stringContaining('direct host') }),
      });
    } finally {
      await pooler.stop();
    }
  });
});

test('a server of another major than the settings say is a fault', async () => {
  expect((await examined(await freshDatabase(), { major: MAJOR + 1 }))['version']).toMatchObject({
    outcome: 'fault',
    hint: `Set major: ${MAJOR}; pg_dump must have the same.`,
  });
});

describe('privileges', () => {
  let url: string;
  beforeAll(async () => {
    url = await freshDatabase();
    await query(
      url,
      `CREATE TABLE open_table (id serial PRIMARY KEY); CREATE TABLE secret_table (id int);
       CREATE SCHEMA hidden; CREATE TABLE hidden.granted (id int); GRANT SELECT ON hidden.granted TO public;
       GRANT SELECT ON open_table TO public; CREATE MATERIALIZED VIEW view_of_it AS SELECT 1 AS one;
       CREATE TABLE parent (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parent DEFAULT`,
    );
  });

  test('every table, sequence and materialized view that may not be read is a fault', async () => {
    const role = await newRole(url);
    expect((await examined(role.url))['privileges']).toMatchObject({
      outcome: 'fault',
      found: `${role.name} may not read hidden.granted, public.open_table_id_seq, public.parent, public.part, public.secret_table and 1 more`,
    });
  });

  test('the hint mends it', async () => {
    const role = await newRole(url);
    const { hint = '' } = (await examined(role.url))['privileges'] ?? {};
    await query(url, hint);
    expect((await examined(role.url))['privileges']).toMatchObject({
      outcome: 'ok',
      found: `${role.name} may read all 5 tables`,
    });
  });
});

describe('row security', () => {
  test('tables whose rows a policy hides are a fault, and the hint mends it', async () => {
    const url = await freshDatabase();
    await query(
      url,
      `CREATE TABLE tenant (id int); ALTER TABLE tenant ENABLE ROW LEVEL SECURITY; CREATE TABLE free (id int)`,
    );
    const role = await newRole(url, 'IN ROLE pg_read_all_data');
    const found = (await examined(role.url))['row security'];
    expect(found).toMatchObject({
      outcome: 'fault',
      found: 'hides rows of public.tenant: pg_dump refuses them',
    });
    await query(url, found?.hint ?? '');
    expect((await examined(role.url))['row security']).toMatchObject({ outcome: 'ok' });
  });

  test('it does not bind whom it does not bind in a backup', async () => {
    const url = await freshDatabase();
    await query(url, 'CREATE TABLE tenant (id int); ALTER TABLE tenant FORCE ROW LEVEL SECURITY');
    expect((await examined(url))['row security']).toMatchObject({ outcome: 'ok' });
  });
});

describe('large objects', () => {
  test('those that pg_read_all_data does not cover are a fault, until each is granted', async () => {
    const url = await freshDatabase(15);
    await query(url, `SELECT lo_create(70001), lo_create(70002), lo_create(70003)`);
    const role = await newRole(url, 'IN ROLE pg_read_all_data');
    await query(url, `GRANT SELECT ON LARGE OBJECT 70001 TO public`);
    const changes = { major: 15 };
    expect((await examined(role.url, changes))['large objects']).toMatchObject({
      outcome: 'fault',
      found: '2 of 3 may not be read',
    });
    await query(url, `GRANT SELECT ON LARGE OBJECT 70002, 70003 TO "${role.name}"`);
    expect((await examined(role.url, changes))['large objects']).toMatchObject({
      outcome: 'ok',
      found: 'all 3 may be read',
    });
  });

  test('thousands of files in directory format are warned of', () => {
    const check = (changes: object, largeObjects: number) =>
      judgeReadiness({ ...described('postgres://u@h/d'), ...changes }, { ...READY, largeObjects }).find(
        (each) => each.check === 'large objects',
      )?.outcome;
    expect(check({ format: 'directory' }, 10_001)).toBe('warning');
    expect(check({ format: 'directory' }, 10_000)).toBe('ok');
    expect(check({}, 10_001)).toBe('ok');
  });
});

const READY = {
  ...{ tlsVersion: null, tableCount: 10, unreadable: [], rowSecurity: [], largeObjects: 0 },
  ...{ unreadableLargeObjects: 0, maxLocksPerTransaction: 64, lockingSessions: 100, freeConnections: 50 },
};

describe('the lock table', () => {
  test('more tables than it has room for are a fault on a real server, with the value that suffices', async () => {
    const cluster = await startCluster(MAJOR, [
      'max_locks_per_transaction=10',
      'max_prepared_transactions=0',
    ]);
    try {
      const url = await cluster.createDatabase();
      const tables = (from: number, to: number) =>
        query(
          url,
          `DO $$ BEGIN FOR i IN ${from}..${to} LOOP EXECUTE format('CREATE TABLE t%s ()', i); COMMIT; END LOOP; END $$`,
        );
      await tables(1, 150);
      expect((await examined(url))['locks']).toMatchObject({ outcome: 'ok' });
      await tables(151, 250);
      expect((await examined(url))['locks']).toMatchObject({ outcome: 'warning' });
      await tables(251, 450);
      expect((await examined(url))['locks']).toMatchObject({
        outcome: 'fault',
        found: '1350 for 450 tables, of 1200 that the server has for all',
        hint: 'Raise max_locks_per_transaction from 10 to 32, and restart the server.',
      });
    } finally {
      await cluster.stop();
    }
  });

  test('each session that locks counts, and the hint is enough', () => {
    const locks = (maxLocksPerTransaction: number, inventory: ExaminedDatabase['inventory']) =>
      judgeReadiness(described('postgres://u@h/d', { inventory }), {
        ...READY,
        tableCount: 4000,
        maxLocksPerTransaction,
      }).find((each) => each.check === 'locks');
    expect(locks(64, 'none')).toMatchObject({
      outcome: 'warning',
      found: expect.stringContaining('8000 for 4000'),
    });
    expect(locks(64, 'rows+content')).toMatchObject({
      outcome: 'fault',
      hint: expect.stringContaining('from 64 to 256'),
    });
    expect(locks(256, 'rows+content')).toMatchObject({ outcome: 'ok' });
  });
});

describe('connections', () => {
  test.each([
    [3, 'fault', 'a backup opens 6, 3 are free now'],
    [8, 'warning', 'a backup opens 6, 8 are free now'],
    [12, 'ok', 'a backup opens 6, 12 are free now'],
  ])('a role with a limit of %d: %s', async (limit, outcome, found) => {
    const role = await newRole(await freshDatabase(), `CONNECTION LIMIT ${limit}`);
    expect((await examined(role.url))['connections']).toMatchObject({ outcome, found });
  });

  test('a limit of the database counts, and sessions of others there', async () => {
    const url = await freshDatabase();
    const role = await newRole(url);
    await query(url, `ALTER DATABASE "${new URL(url).pathname.slice(1)}" CONNECTION LIMIT 7`);
    const other = await connect(connectionTarget(url, {}));
    try {
      expect((await examined(role.url))['connections']).toMatchObject({
        found: 'a backup opens 6, 6 are free now',
      });
    } finally {
      await other.end();
    }
  });

  test('parallel jobs need some only in directory format', async () => {
    const role = await newRole(await freshDatabase(), 'CONNECTION LIMIT 50');
    const opened = async (changes: Partial<ExaminedDatabase>) =>
      (await examined(role.url, changes))['connections']?.found.split(',')[0];
    await expect(opened({ jobs: 8 })).resolves.toBe('a backup opens 12');
    await expect(opened({ format: 'custom', jobs: 8 })).resolves.toBe('a backup opens 4');
    await expect(opened({ format: 'custom', inventory: 'none' })).resolves.toBe('a backup opens 3');
  });
});

describe('TLS', () => {
  let cluster: Cluster;
  let certificates: string;
  let url: string;

  beforeAll(async () => {
    certificates = await selfSigned();
    const [key, certificate] = ['server.key', 'server.crt'].map((name) => path.join(certificates, name));
    cluster = await startCluster(MAJOR, [
      'ssl=on',
      `ssl_key_file=${key ?? ''}`,
      `ssl_cert_file=${certificate ?? ''}`,
    ]);
    url = cluster.url();
  });
  afterAll(() => cluster.stop());

  const tls = (sslMode: 'verify-full' | 'verify-ca' | 'require', sslRootCert?: string) =>
    examined(url, { target: { ...connectionTarget(url, {}), sslMode, sslRootCert } });
  const ownAuthority = () => path.join(certificates, 'server.crt');

  test('a certificate that is verified with the host name is what should be', async () => {
    expect((await tls('verify-full', ownAuthority()))['TLS']).toMatchObject({
      outcome: 'ok',
      found: expect.stringMatching(/^TLSv1\.[23], as the mode verify-full says/),
    });
  });

  test.each(['verify-ca', 'require'] as const)('%s is weaker, and warned of', async (mode) => {
    expect((await tls(mode, ownAuthority()))['TLS']).toMatchObject({ outcome: 'warning' });
  });

  test('a certificate of an authority that nobody trusts is a fault, before a password is sent', async () => {
    expect(await tls('verify-full')).toEqual({
      connection: expect.objectContaining({
        outcome: 'fault',
        hint: expect.stringContaining('Set tls.authorities'),
      }),
    });
  });
});

/** A folder with a key and a certificate for 127.0.0.1 that the server may read. */
async function selfSigned(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'certificates-'));
  const [key, certificate] = [path.join(folder, 'server.key'), path.join(folder, 'server.crt')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
  ]);
  if (unprivileged)
    for (const file of [folder, key, certificate]) chownSync(file, unprivileged.uid, unprivileged.gid);
  return folder;
}

describe('the time', () => {
  const facts = (databaseBytes: number): ServerFacts => ({
    ...{
      version: '17.2',
      major: 17,
      systemIdentifier: null,
      role: 'primary',
      replicaLagSeconds: null,
      lsn: null,
    },
    ...{ databaseBytes, largeObjectCount: 0, encoding: 'UTF8', namesArePlain: true },
  });
  const judged = (gigabytes: number, changes: Partial<ExaminedDatabase> = {}) =>
    judgeTime(described('postgres://u@h/d', changes), facts(gigabytes * 1e9));

  test('is an estimate, and says so', () => {
    expect(judged(12)).toMatchObject({
      outcome: 'ok',
      found: expect.stringMatching(/^12\.0 GB, about 39 s at 308\.0 MB\/s: an estimate from another machine/),
    });
  });

  test('longer than expectedMinutes is warned of', () => {
    expect(judged(500, { expectedMinutes: 30 })).toMatchObject({ outcome: 'ok' });
    expect(judged(600, { expectedMinutes: 30 })).toMatchObject({
      outcome: 'warning',
      hint: expect.stringContaining('Raise schedule.expectedMinutes from 30'),
    });
  });

  test('depends on compression, format and major', () => {
    const seconds = (changes: Partial<ExaminedDatabase>) =>
      /at ([\d.]+ MB)/.exec(judged(1, changes).found)?.[1];
    expect(seconds({ format: 'custom' })).toBe('220.0 MB');
    expect(seconds({ format: 'plain' })).toBe('110.0 MB');
    expect(seconds({ format: 'custom', compression: 'gzip:9' })).toBe('45.0 MB');
    expect(
      /at ([\d.]+ MB)/.exec(
        judgeTime(described('postgres://u@h/d'), { ...facts(1e9), major: 15 }).found,
      )?.[1],
    ).toBe('154.0 MB');
  });
});

test('who follows every hint can back up with that role, and could not before', async () => {
  const url = await freshDatabase(17);
  await query(
    url,
    `CREATE TABLE tenant (id serial PRIMARY KEY); INSERT INTO tenant DEFAULT VALUES;
     ALTER TABLE tenant ENABLE ROW LEVEL SECURITY; SELECT lo_create(90001)`,
  );
  const role = await newRole(url);
  const bench = await makeBench(`${role.url}?sslmode=disable`);
  await expect(bench.backup()).rejects.toThrow(/may not be read|permission denied/);
  const faults = async () =>
    Object.values(await examined(role.url, { major: 17 })).filter(({ outcome }) => outcome === 'fault');
  expect((await faults()).map(({ check }) => check)).toEqual(['privileges', 'row security', 'large objects']);
  for (const { hint = '' } of (await faults()).slice(0, 2)) await query(url, hint);
  await query(url, `GRANT SELECT ON LARGE OBJECT 90001 TO "${role.name}"`);
  await expect(faults()).resolves.toEqual([]);
  const { manifest } = await bench.backup();
  expect(manifest.inventory?.tables).toEqual([expect.objectContaining({ name: 'tenant', rows: 1 })]);
});
