/** A password may be made anew for each session, as tokens of RDS are: the first has expired when the last opens. */
import { chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure } from '../../lib/contract/failure';
import {
  connect,
  connectionTarget,
  libpqEnvironment,
  type ConnectionTarget,
} from '../../lib/postgres/connection';
import { withRdsIam } from '../../lib/postgres/rds-iam';
import { makeBench } from '../support/make-backup';
import { query, startCluster, TEST_PASSWORD, type Cluster } from '../support/postgres-cluster';
import { unprivileged } from '../support/spawn';

describe('on a server that asks for passwords', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'password-')), 'password');
    writeFileSync(file, TEST_PASSWORD);
    if (unprivileged) {
      for (const each of [path.dirname(file), file]) chownSync(each, unprivileged.uid, unprivileged.gid);
    }
    cluster = await startCluster(undefined, [], ['-A', 'scram-sha-256', `--pwfile=${file}`]);
  });
  afterAll(() => cluster.stop());

  const withPassword = (url: string, password: ConnectionTarget['password']) => ({
    ...connectionTarget(url, {}),
    password,
  });

  test('the first password of a backup may have expired when its other sessions open', async () => {
    const url = await cluster.createDatabase();
    await query(url, `CREATE TABLE t AS SELECT 1 AS a; CREATE ROLE token SUPERUSER LOGIN PASSWORD 'first'`);
    const asked: string[] = [];
    const target = withPassword(url.replace('backstop:', 'token:'), async () => {
      // The server has read what it expects of this session already.
      if (asked.length === 1) await query(url, `ALTER ROLE token PASSWORD 'second'`);
      asked.push(asked.length < 2 ? 'first' : 'second');
      return asked.at(-1)!;
    });
    const { manifest } = await (await makeBench(url)).backup({ target });
    expect(manifest.inventory?.tables).toHaveLength(1);
    expect(manifest.files.map(({ key }) => path.basename(key))).toContain('globals.sql');
    // Of the holder and one beside it, of the watch, the inventory, the look at functions, pg_dump and pg_dumpall.
    expect(asked).toHaveLength(7);
  });

  test('a newline that an editor left after the password reaches neither our sessions nor pg_dump', async () => {
    const url = new URL(await cluster.createDatabase());
    url.password = '';
    const target = connectionTarget(url.href, { PGPASSWORD: `${TEST_PASSWORD}\n` });
    const { manifest } = await (await makeBench(url.href)).backup({ target });
    // Of pg_dumpall: that of pg_dump, and of our sessions, is what the manifest is made of.
    expect(manifest.files.map(({ key }) => path.basename(key))).toContain('globals.sql');
    expect(await libpqEnvironment(target)).toMatchObject({ PGPASSWORD: TEST_PASSWORD });
  });

  test('why a password could not be made is what is told', async () => {
    const refused = new Failure('database-unreachable', 'No token today.');
    const url = await cluster.createDatabase();
    await expect(connect(withPassword(url, () => Promise.reject(refused)))).rejects.toBe(refused);
  });
});

test.each([
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  ['secret\n\n', 'secret\n'],
  [' se\ncret ', ' se\ncret '],
])(
  'of PGPASSWORD %j the password is %j: only one newline, at its end, is not part of it',
  (text, password) => {
    expect(connectionTarget('postgres://u@db.example.com/d', { PGPASSWORD: text }).password).toBe(password);
  },
);

describe('RDS IAM', () => {
  const credentials = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'only-for-tests',
  };
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test('each session has a token of its own, for this host, port and user, and for a quarter of an hour', async () => {
    Object.assign(process.env, credentials);
    const { password, passfile } = withRdsIam(
      connectionTarget('postgres://backup@db.example.com:6543/shop', { PGPASSWORD: 'x', PGPASSFILE: '/x' }),
    );
    expect(passfile).toBeUndefined();
    if (typeof password !== 'function') throw new TypeError('a token is made for each session');
    const token = new URL(`https://${await password()}`);
    expect(token.host).toBe('db.example.com:6543');
    expect(Object.fromEntries(token.searchParams)).toMatchObject({
      Action: 'connect',
      DBUser: 'backup',
      'X-Amz-Expires': '900',
      'X-Amz-Credential': expect.stringMatching(/^AKIAEXAMPLE\/\d{8}\/eu-central-1\/rds-db\/aws4_request$/),
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test.each(['disable', 'prefer'])('a token never travels with sslmode %s: it could be read', (mode) => {
    const target = connectionTarget(`postgres://backup@db.example.com/shop?sslmode=${mode}`, {});
    expect(() => withRdsIam(target)).toThrow(`sslmode ${mode}; RDS IAM authentication needs TLS`);
  });

  test('without credentials the failure says what to look at', async () => {
    Object.assign(process.env, { AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' });
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
      Reflect.deleteProperty(process.env, name);
    const { password } = withRdsIam(connectionTarget('postgres://b@db.example.com/d', {}));
    if (typeof password !== 'function') throw new TypeError('a token is made for each session');
    await expect(password()).rejects.toMatchObject({
      kind: 'database-unreachable',
      message: expect.stringContaining('No RDS IAM token could be made'),
      hint: expect.stringContaining('AWS_REGION'),
    });
  });
});
