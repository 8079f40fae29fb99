/**
 * The program of the image: one file that needs nothing beside it. Names of the environment stand here in full: task
 * definitions of one version may run an image of another.
 */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { IgnoreStrategy } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';
import { createKeyFile } from '../../../lib/runtime/file-signer';
import { query, serverBinDirectory, TEST_PASSWORD } from '../../support/postgres-cluster';
import { shopDatabase } from '../../support/small-database';

const ROOT = path.resolve(__dirname, '../../..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  execFileSync('npm', ['run', '--silent', 'bundle', '--', `--outfile=${folder}/main.js`], { cwd: ROOT });
  chmodSync(folder, 0o555);
});

interface Ended {
  readonly exitCode: number | string | null | undefined;
  readonly output: string;
}

/** Plain Node, from the folder of the program, with nothing but this environment. */
function runMain(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['main.js', ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

test('a task backs up and restores with its environment alone, and writes nothing beside its volumes', async () => {
  const url = new URL(await shopDatabase());
  const home = mkdtempSync(path.join(tmpdir(), 'task-'));
  const key = path.join(home, 'key.pem');
  await createKeyFile(key);
  mkdirSync(path.join(home, 'scratch'));
  const restored = `${url.pathname.slice(1)}_restored`;
  url.password = '';
  const env = {
    PGPASSWORD: TEST_PASSWORD,
    BACKSTOP_STORE: `file:${home}/store`,
    BACKSTOP_SIGNER: `file:${key}`,
    BACKSTOP_DATABASE: 'shop',
    BACKSTOP_POSTGRES_BIN: serverBinDirectory(15) ?? '',
    BACKSTOP_FROM: url.toString(),
    BACKSTOP_TO: `postgres://backstop@${url.host}`,
    BACKSTOP_TARGET_DATABASE: restored,
    BACKSTOP_FORMAT: 'directory',
    BACKSTOP_JOBS: '1',
    BACKSTOP_COMPRESSION: 'gzip:2',
    BACKSTOP_EXCLUDE_TABLE_DATA: 'audit_log',
    BACKSTOP_KEEP: 'daily=7,weekly=56',
    BACKSTOP_INVENTORY: 'rows+content',
    BACKSTOP_REASON: 'schedule',
    BACKSTOP_REQUESTED_BY: 'scheduler',
    BACKSTOP_SCRATCH: path.join(home, 'scratch'),
    BACKSTOP_STORAGE_CLASSES: 'weekly=STANDARD_IA',
    BACKSTOP_AUTH: 'password',
    BACKSTOP_SLOT: '2026-11-20T02:00:00Z',
    BACKSTOP_IMAGE_DIGEST: `sha256:${'0'.repeat(64)}`,
  };
  const backup = await runMain(['backup'], env);
  expect(backup).toEqual({ exitCode: 0, output: expect.stringContaining('Recovery point') });
  expect(payloadIn(`${home}/store/manifests/postgres/shop`)).toMatchObject({
    database: 'shop',
    class: 'weekly',
    format: 'directory',
    jobs: 1,
    compression: 'gzip:2',
    excludedTableData: ['audit_log'],
    reason: 'schedule',
    requestedBy: 'scheduler',
    inventory: { level: 'rows+content' },
    imageDigest: env.BACKSTOP_IMAGE_DIGEST,
  });
  expect(eventsIn(`${home}/store/audit`)).toMatchObject([
    { event: 'ended', exitCode: 0, slot: '2026-11-20T02:00:00.000Z' },
    { event: 'started', slot: '2026-11-20T02:00:00.000Z' },
  ]);
  const restore = await runMain(['restore', 'newest'], env);
  expect(restore).toEqual({ exitCode: 0, output: expect.stringContaining('no difference') });
  url.password = TEST_PASSWORD;
  url.pathname = `/${restored}`;
  expect(await query(url.toString(), 'SELECT count(*)::int AS rows FROM invoice_line')).toEqual([
    { rows: 20000 },
  ]);
  expect(readdirSync(folder)).toEqual(['main.js']);
});

test('a task drills with its environment alone, and leaves nothing in its volumes', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'task-'));
  const scratch = path.join(home, 'scratch');
  mkdirSync(scratch);
  // Run by root, the server of a drill has an account of its own, which has to pass through.
  chmodSync(home, 0o755);
  chmodSync(scratch, 0o755);
  const [manifests, evidence] = [path.join(home, 'manifests.pem'), path.join(home, 'evidence.pem')];
  await Promise.all([createKeyFile(manifests), createKeyFile(evidence)]);
  const env = {
    PATH: process.env['PATH'] ?? '',
    BACKSTOP_STORE: `file:${home}/store`,
    BACKSTOP_SIGNER: `file:${manifests}`,
    BACKSTOP_DATABASE: 'shop',
    BACKSTOP_POSTGRES_BIN: serverBinDirectory(15) ?? '',
    BACKSTOP_SCRATCH: scratch,
  };
  expect(await runMain(['backup'], { ...env, BACKSTOP_FROM: await shopDatabase() })).toMatchObject({
    exitCode: 0,
  });
  const drill = await runMain(['drill', 'newest'], {
    ...env,
    BACKSTOP_JOBS: '1',
    BACKSTOP_REASON: 'new recovery point',
    BACKSTOP_REQUESTED_BY: 'scheduler',
    BACKSTOP_EVIDENCE_SIGNER: `file:${evidence}`,
    BACKSTOP_DRILL_CHECKS: JSON.stringify([
      { name: 'lines', sql: 'SELECT count(*) FROM invoice_line', atLeast: 20_000 },
    ]),
    BACKSTOP_DRILL_ALSO_FAILS_ON: 'recomputed,environment',
    BACKSTOP_DRILL_MAX_AGE_HOURS: '26',
    BACKSTOP_DRILL_MINIMUM_ROWS: '20000',
    BACKSTOP_IMAGE_DIGEST: `sha256:${'1'.repeat(64)}`,
  });
  expect(drill).toEqual({ exitCode: 0, output: expect.stringContaining('proven') });
  const [point = ''] = readdirSync(`${home}/store/evidence/postgres/shop`);
  expect(payloadIn(`${home}/store/evidence/postgres/shop/${point}`)).toMatchObject({
    point,
    outcome: 'proven',
    reason: 'new recovery point',
    requestedBy: 'scheduler',
    checks: [{ name: 'lines', passed: true }],
    imageDigest: `sha256:${'1'.repeat(64)}`,
  });
  expect(readdirSync(scratch)).toEqual([]);
});

/** Of the only document there. */
function payloadIn(directory: string): unknown {
  const [name = ''] = readdirSync(directory);
  return (JSON.parse(readFileSync(path.join(directory, name), 'utf8')) as { payload: unknown }).payload;
}

function eventsIn(directory: string): unknown[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  return names.sort().map((name) => JSON.parse(readFileSync(path.join(directory, name), 'utf8')) as unknown);
}

test('the exit code of a task is that of its failure', async () => {
  expect(await runMain(['backup'])).toEqual({
    exitCode: 2,
    output: expect.stringContaining('--database is not given'),
  });
});

test('in ECS the manifest names the image that ran', async () => {
  const digest = `sha256:${'b2'.repeat(32)}`;
  const metadata = createServer((_, response) => response.end(JSON.stringify({ ImageID: digest })));
  await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  const { port } = metadata.address() as AddressInfo;
  const home = mkdtempSync(path.join(tmpdir(), 'task-'));
  const { exitCode } = await runMain(['backup'], {
    ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/abc`,
    BACKSTOP_STORE: `file:${home}/store`,
    BACKSTOP_SIGNER: 'none',
    BACKSTOP_DATABASE: 'shop',
    BACKSTOP_POSTGRES_BIN: serverBinDirectory(15) ?? '',
    BACKSTOP_FROM: await shopDatabase(),
    BACKSTOP_SCRATCH: home,
  });
  metadata.close();
  expect(exitCode).toBe(0);
  expect(payloadIn(`${home}/store/manifests/postgres/shop`)).toMatchObject({ imageDigest: digest });
});

test('a task does no more than back up, restore and drill', async () => {
  const { output } = await runMain(['--help']);
  expect([...output.matchAll(/^ {2}([a-z]+) .*\[options\]/gm)].map(([, verb]) => verb)).toEqual([
    'backup',
    'restore',
    'drill',
  ]);
});

describe('the context of the build', () => {
  const patterns = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  const ignored = IgnoreStrategy.docker(ROOT, patterns);
  const { metafile } = buildSync({
    ...{ entryPoints: ['containers/postgres/main.ts'], absWorkingDir: ROOT, bundle: true, platform: 'node' },
    ...{ external: ['pg-native'], write: false, metafile: true },
  });
  const isPackage = (file: string) => file.includes('node_modules/');

  test('holds all that the program is made of', () => {
    const own = Object.keys(metafile.inputs).filter((file) => !isPackage(file));
    expect(own.length).toBeGreaterThan(80);
    expect(own.filter((file) => ignored.ignores(path.join(ROOT, file)))).toEqual([]);
  });

  test.each([
    'node_modules/pg/package.json',
    'test/containers/postgres/bundle.test.ts',
    'lib/constructs/backup-bucket.ts',
    'containers/build-without-docker',
    'backstop.config.ts',
    'signing-key.pem',
    '.git/config',
    '.tools/moto/bin/python',
  ])('leaves %s out', (file) => {
    expect(ignored.ignores(path.join(ROOT, file))).toBe(true);
  });

  test('brings no CDK along', () => {
    expect(Object.keys(metafile.inputs).filter((file) => /\/(aws-cdk-lib|constructs)\//.test(file))).toEqual(
      [],
    );
  });
});
