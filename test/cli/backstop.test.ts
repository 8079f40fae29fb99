import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXIT_CODES } from '../../lib/contract/failure';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { openStore } from '../../lib/runtime/open-store';
import { backstop, startBackstop } from '../support/backstop-cli';
import { faultyToolchain, isRunning } from '../support/faulty-toolchain';
import { operatorBucket } from '../support/operator-bucket';
import { query, TEST_PASSWORD } from '../support/postgres-cluster';
import { emulatorEnvironment } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { editManifest, flipByte } from '../support/tampering';

interface Operator {
  readonly url: string;
  readonly server: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  readonly keyFile: string;
}

/** A database, a store and a key, as somebody has them who starts. */
async function operator(store?: string): Promise<Operator> {
  const home = mkdtempSync(path.join(tmpdir(), 'operator-'));
  const keyFile = path.join(home, 'key.pem');
  expect((await backstop(['keys', 'create', keyFile])).exitCode).toBe(0);
  const url = await shopDatabase();
  const withoutPassword = url.replace(`:${TEST_PASSWORD}`, '');
  const used = store ?? `file:${home}/store`;
  return {
    url: withoutPassword,
    server: withoutPassword.replace(/\/[^/]*$/, ''),
    store: used,
    keyFile,
    env: {
      PGPASSWORD: TEST_PASSWORD,
      BACKSTOP_STORE: used,
      BACKSTOP_PUBLIC_KEYS: keyFile.replace('.pem', '.pub.pem'),
      ...(used.startsWith('s3:') ? emulatorEnvironment() : {}),
    },
  };
}

async function backUp({ url, env, keyFile }: Operator) {
  const result = await backstop(
    ['backup', '--database', 'shop', '--from', url, '--signer', `file:${keyFile}`, '--json'],
    env,
  );
  expect(result.stderr).not.toContain('"error"');
  return JSON.parse(result.stdout) as { readonly id: string; readonly manifestKey: string };
}

async function objectKeys(store: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of openStore(store).list('points/')) keys.push(key);
  return keys;
}

const targetName = () => `cli_${Math.random().toString(36).slice(2)}`;

describe('with a directory', () => {
  let me: Operator;
  let id: string;
  beforeAll(async () => {
    me = await operator();
    ({ id } = await backUp(me));
  });

  test('list shows the point with its age, sizes, rows and verdict', async () => {
    const { exitCode, stdout } = await backstop(['list'], me.env);
    expect(exitCode).toBe(0);
    const [head, row] = stdout.split('\n');
    expect(head).toMatch(
      /^ID +DATABASE +AS OF \(UTC\) +AGE +CLASS +EXPIRES +FORMAT +STORED +DATABASE SIZE +ROWS +MANIFEST$/,
    );
    expect(row).toMatch(new RegExp(`^${id} +shop +.* +daily +.* +directory +.* kB +.* MB +22,600 +valid$`));
  });

  test('show tells how it is restored by hand', async () => {
    const { exitCode, stdout } = await backstop(['show', id.slice(0, 20)], me.env);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('22,600 rows in 4 tables, 1 large objects (rows)');
    expect(stdout).toContain('public.invoice_line (20,000 rows)');
    expect(stdout).toContain('pg_restore --section=data');
    expect(stdout).toContain('not locked');
  });

  test('check says that it only counted bytes, and deep that it read them', async () => {
    expect(await backstop(['check'], me.env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/1 valid, .* only sizes were compared[\s\S]*No fault found/),
    });
    expect(await backstop(['check', 'newest', '--deep'], me.env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('every byte was read'),
    });
  });

  test('restore announces, restores, compares and says so', async () => {
    const target = targetName();
    const { exitCode, stdout, stderr } = await backstop(
      ['restore', 'newest', '--to', me.server, '--target-database', target],
      me.env,
    );
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toMatch(
      new RegExp(`Restoring shop ${id}, as of .* old\\), into the new database .*/${target}`),
    );
    expect(stdout).toContain('22600 rows in 4 tables (content row by row)');
    expect(stdout).toContain('It is what was backed up: no difference.');
    expect(`${stdout}${stderr}`).not.toContain(TEST_PASSWORD);
  });

  test('restore answers programs with JSON', async () => {
    const args = ['restore', id, '--to', me.server, '--target-database', targetName(), '--json'];
    const { stdout } = await backstop(args, me.env);
    expect(JSON.parse(stdout)).toMatchObject({
      id,
      created: true,
      differences: [],
      compared: { rows: 22600 },
    });
  });

  test.each([
    [['restore', 'newest'], EXIT_CODES.usage, '--to is not given'],
    [
      ['restore', 'newest', '--to', 'postgres://nobody@127.0.0.1:1', '--target-database', 'x'],
      3,
      'ECONNREFUSED',
    ],
    [['show', 'never'], EXIT_CODES.usage, 'No recovery point is called never'],
    [
      ['check', '--store', 'file:/nowhere/at/all'],
      EXIT_CODES['stored-data-faulty'],
      'holds no recovery point',
    ],
    [['list', '--public-key', '/nowhere.pem'], EXIT_CODES.usage, 'cannot be read'],
    [['list', '--unknown'], EXIT_CODES.usage, 'unknown option'],
  ])('%j ends with %i', async (args, exitCode, text) => {
    expect(await backstop(args, me.env)).toMatchObject({ exitCode, stderr: expect.stringContaining(text) });
  });

  test('a folder that is not there is not told as one without backups', async () => {
    const { exitCode, stdout } = await backstop(['list', '--store', 'file:/nowhere/at/all'], me.env);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: 'There is no folder /nowhere/at/all: check --store.\n',
    });
  });

  test('a database that is in the way ends with 8', async () => {
    const name = new URL(me.url).pathname.slice(1);
    const result = await backstop(
      ['restore', 'newest', '--to', me.server, '--target-database', name],
      me.env,
    );
    expect(result).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('is not empty') });
  });

  test('a difference ends with 10 and leaves the database', async () => {
    const { directory } = faultyToolchain('loses-a-row', 15, 'pg_restore');
    const target = targetName();
    const args = [
      'restore',
      'newest',
      '--to',
      me.server,
      '--target-database',
      target,
      '--postgres-bin',
      directory,
    ];
    expect(await backstop(args, me.env)).toMatchObject({
      exitCode: 10,
      stderr: expect.stringMatching(/audit_log.* 99 /),
    });
    const left = me.url.replace(/[^/]*$/, target).replace('@', `:${TEST_PASSWORD}@`);
    expect(await query(left, 'SELECT count(*)::int AS n FROM audit_log')).toEqual([{ n: 99 }]);
  });

  test('SIGTERM ends with 11: pg_restore ended, the database dropped', async () => {
    const toolchain = faultyToolchain('hangs-in-the-data', 15, 'pg_restore');
    const target = targetName();
    const running = startBackstop(
      [
        'restore',
        'newest',
        '--to',
        me.server,
        '--target-database',
        target,
        '--postgres-bin',
        toolchain.directory,
      ],
      me.env,
    );
    const pid = await toolchain.pid();
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ exitCode: 11 });
    expect(isRunning(pid)).toBe(false);
    const maintenance = me.url.replace(/[^/]*$/, 'postgres').replace('@', `:${TEST_PASSWORD}@`);
    expect(await query(maintenance, `SELECT FROM pg_database WHERE datname = '${target}'`)).toEqual([]);
  });
});

test('a faulty point is listed with its reason, and check and restore end with 7', async () => {
  const me = await operator();
  const { manifestKey } = await backUp(me);
  const store = new DirectoryStore(me.store.replace('file:', ''));
  flipByte(
    store,
    (await objectKeys(me.store)).find((key) => key.endsWith('toc.dat'))!,
  );
  expect(await backstop(['check', '--deep'], me.env)).toMatchObject({
    exitCode: 7,
    stdout: expect.stringMatching(/^FAULT {2}points\/daily\/postgres\/shop\/\S*toc\.dat has the SHA-256/m),
  });
  editManifest(store, manifestKey, { reason: 'another' });
  expect(await backstop(['list'], me.env)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/FAULTY$[\s\S]*changed after it was signed/m),
  });
  const args = ['restore', 'newest', '--to', me.server, '--target-database', targetName()];
  expect(await backstop(args, me.env)).toMatchObject({ exitCode: 7 });
});

describe('with a bucket', () => {
  test('a point in a locked bucket is listed, checked by the checksums of S3, and restored', async () => {
    const bucket = await operatorBucket(30);
    const me = await operator(bucket.url);
    const { id } = await backUp(me);
    expect(await backstop(['list'], me.env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(id),
    });
    expect(await backstop(['check'], me.env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("the store's own checksums were compared"),
    });
    expect(await backstop(['check', '--deep'], me.env)).toMatchObject({ exitCode: 0 });
    const args = ['restore', id, '--to', me.server, '--target-database', targetName()];
    expect(await backstop(args, me.env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('no difference'),
    });
  });

  test('objects without a lock end a check with 7', async () => {
    const bucket = await operatorBucket();
    const me = await operator(bucket.url);
    await backUp(me);
    const { exitCode, stdout } = await backstop(['check', '--json'], me.env);
    const { findings } = JSON.parse(stdout) as {
      readonly findings: { readonly kind: string; readonly subject: string }[];
    };
    expect(exitCode).toBe(7);
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['unlocked']));
    const keys = [...(await objectKeys(me.store)), expect.stringMatching(/^manifests\//)];
    expect(findings.map(({ subject }) => subject).sort()).toEqual(keys.sort());
  });

  test('a delete marker hides nothing: the point is listed, told and restored', async () => {
    const bucket = await operatorBucket(30);
    const me = await operator(bucket.url);
    const { manifestKey } = await backUp(me);
    await bucket.hide(manifestKey);
    for (const key of await objectKeys(me.store)) await bucket.hide(key);
    expect(await backstop(['list'], me.env)).toMatchObject({
      stdout: expect.stringContaining('valid, hidden'),
    });
    expect(await backstop(['check', '--deep'], me.env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^note {3}points\/.*toc\.dat is hidden by a delete marker/m),
    });
    const args = ['restore', 'newest', '--to', me.server, '--target-database', targetName()];
    expect(await backstop(args, me.env)).toMatchObject({ exitCode: 0 });
  });

  test('a version put above an object is a fault, seen by the checksum of S3', async () => {
    const bucket = await operatorBucket(30);
    const me = await operator(bucket.url);
    await backUp(me);
    const toc = (await objectKeys(me.store)).find((key) => key.endsWith('toc.dat'))!;
    const size = (await openStore(me.store).head(toc))!.bytes;
    await bucket.overwrite(toc, Buffer.alloc(size, 1));
    expect(await backstop(['check'], me.env)).toMatchObject({
      exitCode: 7,
      stdout: expect.stringMatching(/toc\.dat has the CRC-32/),
    });
  });

  test('without a word about keys nothing is believed', async () => {
    const bucket = await operatorBucket(30);
    const env = { ...(await operator(bucket.url)).env, BACKSTOP_PUBLIC_KEYS: '' };
    expect(await backstop(['list'], env)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('whose signature to believe'),
    });
  });
});
