/** The very program, in a process of its own: what it prints, what it answers, and what a signal leaves. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Evidence } from '../../lib/contract/evidence';
import { backstop, startBackstop } from '../support/backstop-cli';
import { drillBench, NOTHING_REMAINS, type DrillBench } from '../support/drill-bench';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench, type Bench } from '../support/make-backup';
import { query, startCluster } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench(await shopDatabase());
  await bench.backup();
});

function argumentsOf({ scratchRoot, evidenceKeyFile }: DrillBench, ...more: string[]): string[] {
  return [
    ...['drill', '--store', bench.store.url, '--database', 'shop', '--public-key', bench.publicKeyFile],
    ...['--evidence-signer', `file:${evidenceKeyFile}`, '--scratch', scratchRoot, ...more],
  ];
}

test('a proof ends with the sentence that it was for, and its phases stand above', async () => {
  const drills = await drillBench(bench);
  const { exitCode, stdout } = await backstop(argumentsOf(drills));
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^PHASE +TOOK\nstart +\d/);
  expect(stdout).toMatch(/compared +22600 rows in 4 tables/);
  const [last] = stdout.trimEnd().split('\n').slice(-1);
  expect(last).toMatch(/^shop is proven restorable up to \d{4}-\d\d-\d\dT[\d:.]+Z \(recovery point \S+\)\.$/);
});

test('with --to it is proven on a server that was there before, which is as it was afterwards', async () => {
  const drills = await drillBench(bench);
  const server = await startCluster(15);
  try {
    const { exitCode, stdout } = await backstop(argumentsOf(drills, '--to', server.url(), '--json'));
    expect(exitCode).toBe(0);
    const evidence = JSON.parse(stdout) as Evidence;
    expect(evidence).toMatchObject({ outcome: 'proven', target: 'server', differences: [] });
    expect(evidence.restoreSeconds).toBeGreaterThan(0);
    const names = await query(server.url(), 'SELECT datname FROM pg_database WHERE NOT datistemplate');
    expect(names).toEqual([{ datname: 'postgres' }]);
    expect(drills.remains()).toEqual(NOTHING_REMAINS);
  } finally {
    await server.stop();
  }
});

test('the checks come as JSON or from a file, and one that fails is printed before the error', async () => {
  const drills = await drillBench(bench);
  const file = path.join(path.dirname(drills.scratchRoot), 'checks.json');
  writeFileSync(file, JSON.stringify([{ name: 'many', sql: 'select count(*) from invoice', atLeast: 9999 }]));
  const { exitCode, stdout, stderr } = await backstop(argumentsOf(drills, '--checks', file, '--json'));
  expect(exitCode).toBe(10);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'failed',
    checks: [{ name: 'many', passed: false, text: 'is 2000, not at least 9999' }],
    evidenceKey: expect.stringMatching(/^evidence\/postgres\/shop\//) as string,
  });
  expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    event: 'error',
    exitCode: 10,
  });
});

test.each([
  [['--checks', '[{ "name": "x" }]'], /--checks holds no checks/],
  [['--checks', '/no/such/file'], /\/no\/such\/file holds no checks: ENOENT/],
  [['--also-fails-on', 'data'], /Classes are recomputed and environment/],
  [['--max-age-hours', '0'], /a number of hours above 0/],
  [['--minimum-rows', '-1'], /a whole number, 0 or more/],
])('%j is refused before anything begins', async (options, message) => {
  const drills = await drillBench(bench);
  const { exitCode, stderr } = await backstop(argumentsOf(drills, ...options));
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});

test('in a bucket the key of evidence must be named', async () => {
  const { exitCode, stderr } = await backstop([
    ...['drill', '--store', 's3://shop-backups', '--database', 'shop', '--public-key', bench.publicKeyFile],
  ]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Nobody is named to sign the evidence.');
});

test('a task gives everything by environment', async () => {
  const drills = await drillBench(bench);
  const { exitCode, stdout } = await backstop(['drill', 'newest', '--json'], {
    BACKSTOP_STORE: bench.store.url,
    BACKSTOP_DATABASE: 'shop',
    BACKSTOP_PUBLIC_KEYS: bench.publicKeyFile,
    BACKSTOP_EVIDENCE_SIGNER: `file:${drills.evidenceKeyFile}`,
    BACKSTOP_SCRATCH: drills.scratchRoot,
    BACKSTOP_DRILL_CHECKS: '[{"name":"any","sql":"select true"}]',
    BACKSTOP_DRILL_ALSO_FAILS_ON: 'recomputed,environment',
    BACKSTOP_DRILL_MAX_AGE_HOURS: '24',
    BACKSTOP_DRILL_MINIMUM_ROWS: '22600',
    BACKSTOP_REASON: 'schedule',
    BACKSTOP_REQUESTED_BY: 'EventBridge',
    BACKSTOP_IMAGE_DIGEST: 'sha256:1234',
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ outcome: 'proven', reason: 'schedule', requestedBy: 'EventBridge', imageDigest: 'sha256:1234' },
    checks: [{ name: 'any', passed: true }],
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends a drill with 11, its evidence, and nothing of its server',
  async (signal) => {
    const drills = await drillBench(bench);
    const toolchain = faultyToolchain('hangs-in-the-data', 15, 'pg_restore');
    const run = startBackstop(argumentsOf(drills, '--json', '--postgres-bin', toolchain.directory));
    await toolchain.pid();
    run.child.kill(signal);
    const { exitCode, stdout } = await run.ended;
    expect(exitCode).toBe(11);
    expect(JSON.parse(stdout) as Evidence).toMatchObject({ outcome: 'failed', exitCode: 11 });
    expect(drills.remains()).toEqual(NOTHING_REMAINS);
  },
);
