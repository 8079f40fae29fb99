/** The demo as somebody runs it, with a smaller database. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { sharedMajors } from '../support/shared-servers';

const DEMO = path.join(__dirname, 'demo.ts');

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  /** What it left where temporary files go. */
  readonly left: readonly string[];
}

/** @param stopAt to be stopped when this is printed: the demo alone, not what it started */
function demo(args: readonly string[], stopAt?: string): Promise<Ended> {
  const folder = mkdtempSync(path.join(tmpdir(), 'd-'));
  // PostgreSQL's own account has to pass through.
  chmodSync(folder, 0o755);
  const child = spawn(process.execPath, ['--import', 'tsx', DEMO, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let stopped = false;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (stopAt === undefined || stopped || !output.includes(stopAt)) return;
    stopped = true;
    child.kill('SIGTERM');
  });
  return new Promise((resolve) => {
    child.once('close', (exitCode) => {
      // The loader's own cache of what it compiled.
      const left = readdirSync(folder).filter((name) => !name.startsWith('tsx-'));
      rmSync(folder, { recursive: true });
      resolve({ exitCode, output, left });
    });
  });
}

const STEPS = [
  'Start a throw-away PostgreSQL and an AWS emulator',
  'Deploy storage, tasks and alarms with the CDK',
  'Fill a database with what is awkward',
  'Run the deployed backup task while a writer changes the database',
  'List and check',
  'Try to delete it',
  'Run the deployed restore task into a new database',
  'Kill a dump midway',
  'Flip one byte of what is stored',
  'Put the original back',
  'Run the deployed drill task',
  'Run the deployed keeper',
  'Run the deployed monitor, and read the status',
];

test.each(sharedMajors())(
  'with PostgreSQL %s each step does what it should, and nothing is left behind',
  async (major) => {
    const { exitCode, output, left } = await demo(['--megabytes', '20', '--postgres', String(major)]);
    const table = output.slice(output.indexOf('What was done'));
    expect(table).toContain(`All ${STEPS.length} steps did what they should`);
    for (const [index, step] of STEPS.entries())
      expect(table).toMatch(new RegExp(`^ *${index + 1}  ${step}  `, 'm'));
    expect(output).not.toContain(TEST_PASSWORD);
    expect(left).toEqual([]);
    expect(exitCode).toBe(0);
  },
);

test('a signal ends it with exit code 1 and the step that was stopped, and stops all that it had started', async () => {
  const { exitCode, output, left } = await demo(['--megabytes', '20'], '4. Run the deployed');
  expect(output).toContain(
    'FAILED at step 4, Run the deployed backup task while a writer changes the database:\nStopped by SIGTERM.',
  );
  const [, endpoint = ''] = /AWS_ENDPOINT_URL=(\S+)/.exec(output) ?? [];
  await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
  expect(left).toEqual([]);
  expect(exitCode).toBe(1);
});
