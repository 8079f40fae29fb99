import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { faultyToolchain, isRunning, type FaultyToolchain } from '../support/faulty-toolchain';
import { makeBench, NOTHING, remains, type Bench } from '../support/make-backup';
import { shopDatabase } from '../support/small-database';
import { eventually } from '../support/spawn';

const ROOT = path.resolve(__dirname, '../..');

let url: string;
beforeAll(async () => {
  url = await shopDatabase();
});

/** The very program, in a process of its own. */
function startBackup(bench: Bench, toolchain: FaultyToolchain) {
  const child = spawn(
    process.execPath,
    [
      ...['--require', 'tsx/cjs', 'bin/backstop.ts', 'backup', '--json', '--database', 'shop'],
      ...[
        '--from',
        url.replace(/:[^:@]*@/, '@'),
        '--store',
        bench.store.url,
        '--signer',
        `file:${bench.keyFile}`,
      ],
      ...['--postgres-bin', toolchain.directory, '--scratch', bench.scratchRoot],
    ],
    { cwd: ROOT, env: { ...process.env, PGPASSWORD: 'only-for-tests' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, exitCode, output: () => output };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends a run with 11, its program, its session and its files',
  async (signal) => {
    const bench = await makeBench(url);
    const toolchain = faultyToolchain('hangs');
    const run = startBackup(bench, toolchain);
    const pid = await toolchain.pid();
    run.child.kill(signal);
    expect(await run.exitCode).toBe(11);
    expect(run.output()).toContain(`Stopped by ${signal}.`);
    expect(isRunning(pid)).toBe(false);
    await eventually('all sessions end', async () => {
      expect(await remains(bench)).toEqual(NOTHING);
    });
  },
);

test('a second signal ends a run at once, and its program with it', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('is-deaf');
  const run = startBackup(bench, toolchain);
  const pid = await toolchain.pid();
  run.child.kill('SIGINT');
  run.child.kill('SIGTERM');
  expect(await run.exitCode).toBe(11);
  expect(run.output()).not.toContain('Stopped by');
  await eventually('the program ends', () => {
    expect(isRunning(pid)).toBe(false);
    return Promise.resolve();
  });
});

test('after SIGKILL no program and no session is left; the next run works and clears its files away', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('is-slow');
  const run = startBackup(bench, toolchain);
  const pid = await toolchain.pid();
  run.child.kill('SIGKILL');
  expect(await run.exitCode).toBeNull();
  toolchain.release();
  await eventually('program and sessions end', async () => {
    expect(isRunning(pid)).toBe(false);
    expect(await remains(bench)).toMatchObject({ manifests: [], sessions: [] });
  });
  expect(readdirSync(bench.scratchRoot)).toHaveLength(1);
  await expect(bench.backup()).resolves.toMatchObject({ manifest: { database: 'shop' } });
  expect(readdirSync(bench.scratchRoot)).toEqual([]);
});

test('no password appears in arguments or output', async () => {
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('tells-its-arguments');
  const run = startBackup(bench, toolchain);
  expect(await run.exitCode).toBe(5);
  expect(run.output()).toContain('--format=d');
  expect(run.output()).not.toContain('only-for-tests');
});
