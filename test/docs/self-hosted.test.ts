/** The units of examples/systemd and docs/self-hosted.md: systemd accepts them, and what they say is seen by the monitor. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { taskProgramOf } from '../../lib/cli/task-program';
import { ENVIRONMENT } from '../../lib/contract/environment';
import { readAudit } from '../../lib/operations/read-audit';
import { systemClock } from '../../lib/runtime/clock';
import { createKeyFile } from '../../lib/runtime/file-signer';
import { silentReporter } from '../../lib/runtime/reporter';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3ProtectedObjects } from '../../lib/runtime/s3-protected-objects';
import { S3Store } from '../../lib/runtime/s3-store';
import { startNode } from '../support/backstop-cli';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { monitorBench, monitorConfig } from '../support/monitor-bench';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { sharedServers } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { codeBlocks, read, ROOT } from './markdown';

const UNITS = ['backstop-backup@.service', 'backstop-backup@.timer'];
const SERVICE = read(`examples/systemd/${UNITS[0]!}`);
/** Not of Backstop: read by the SDK and by libpq. */
const FOREIGN = ['AWS_CONFIG_FILE', 'AWS_REGION', 'PGPASSFILE', 'PGPASSWORD'];

function valuesOf(name: string, text = SERVICE): string[] {
  return [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

function assignments(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const ENV_FILE = codeBlocks(read('docs/self-hosted.md'))
  .filter(({ text }) => text.startsWith('BACKSTOP_STORE='))
  .flatMap(({ text }) => text.trim().split('\n'));

test('systemd finds no fault in the units', () => {
  if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
    process.stderr.write(
      'LEFT OUT: this machine has no systemd-analyze, so nobody verified examples/systemd.\n',
    );
    expect(process.env['CI']).not.toBe('true');
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'units-'));
  for (const unit of UNITS) {
    // It looks whether programs are there; this one is, wherever Node was installed.
    const text = read(`examples/systemd/${unit}`).replaceAll('/usr/bin/node', process.execPath);
    writeFileSync(path.join(folder, unit), text);
  }
  for (const unit of UNITS) {
    const file = path.join(folder, unit.replace('@', '@shop'));
    writeFileSync(file, readFileSync(path.join(folder, unit)));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    });
    const ours = stderr.split('\n').filter((line) => line.includes('backstop'));
    expect({ status, ours }).toEqual({ status: 0, ours: [] });
  }
});

test('each variable that the units and the page set is one that is read', () => {
  const pipeline = [...read('docs/self-hosted.md').matchAll(/^ {10}([A-Z_]+): /gm)].map(
    ([, name = '']) => name,
  );
  const set = [...Object.keys(assignments([...valuesOf('Environment'), ...ENV_FILE])), ...pipeline];
  expect(set.length).toBeGreaterThan(12);
  expect(pipeline.length).toBeGreaterThan(5);
  const known: readonly string[] = [...Object.values(ENVIRONMENT), ...FOREIGN];
  expect(set.filter((name) => !known.includes(name))).toEqual([]);
});

test('what the unit starts is a verb of the tasks’ program with options that it has', () => {
  const [, , script, verb, ...rest] = valuesOf('ExecStart')[0]!.split(' ');
  const program = taskProgramOf({
    ...{ stdout: process.stdout, environment: {}, clock: systemClock, prompt: () => undefined },
    ...{ signal: new AbortController().signal, reporter: () => silentReporter },
  });
  const command = program.commands.find((each) => each.name() === verb);
  expect(script).toBe('/opt/backstop/backstop.js');
  expect(command?.name()).toBe('backup');
  const known = command?.options.map(({ long }) => long);
  expect(rest.filter((word) => word.startsWith('--') && !known?.includes(word))).toEqual([]);
});

test('systemd waits longer than the program takes to stop', () => {
  const seconds = /STOP_TIMEOUT = Duration\.seconds\((\d+)\)/.exec(
    read('lib/constructs/program-task.ts'),
  )?.[1];
  expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThan(Number(seconds));
});

describe('a run in exactly the environment of the unit', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'machine-'));
  const folders = { d: 'credentials', t: 'run', C: 'cache' } as const;
  const bundle = path.join(home, 'backstop.js');
  const schedule = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  const minutesAfter = (minutes: number) => new Date(schedule.getTime() + minutes * 60_000);
  let bucket: string;
  let environment: Record<string, string>;
  let publicKey: string;

  /** As systemd does it: docs say `man systemd.unit`, Specifiers. */
  function resolved(text: string): string {
    return text
      .replaceAll('%i', 'shop')
      .replaceAll('%H', hostname())
      .replaceAll(/%([dtC])/g, (_, name: keyof typeof folders) => path.join(home, folders[name]));
  }

  beforeAll(async () => {
    execFileSync('npm', ['run', '-s', 'bundle', '--', `--outfile=${bundle}`], { cwd: ROOT });
    for (const folder of ['credentials', 'run/backstop-shop', 'cache/backstop-shop'])
      mkdirSync(path.join(home, folder), { recursive: true });
    bucket = await lockedBucket(adminClient());
    const keyFile = path.join(home, 'key.pem');
    publicKey = readFileSync(await createKeyFile(keyFile), 'utf8');
    const from = new URL(await shopDatabase());
    const { hostname: host, port, pathname, username } = from;
    from.password = '';
    // By an access list it can be read by the group, which libpq refuses.
    const credential = path.join(home, 'credentials/pgpass');
    writeFileSync(credential, `${host}:${port}:${pathname.slice(1)}:${username}:${TEST_PASSWORD}\n`);
    chmodSync(credential, 0o440);
    const keys = '{"Version":1,"AccessKeyId":"testing","SecretAccessKey":"testing"}';
    writeFileSync(path.join(home, 'keys.json'), keys);
    writeFileSync(path.join(home, 'aws-config'), `[default]\ncredential_process = cat ${home}/keys.json\n`);
    const values = assignments([...valuesOf('Environment'), ...ENV_FILE].map(resolved));
    const ours = {
      BACKSTOP_STORE: `s3://${bucket}`,
      BACKSTOP_SIGNER: `file:${keyFile}`,
      BACKSTOP_FROM: from.href,
      AWS_CONFIG_FILE: path.join(home, 'aws-config'),
    };
    expect(Object.keys(values)).toEqual(expect.arrayContaining(Object.keys(ours)));
    environment = { ...values, ...ours, HOME: home, AWS_ENDPOINT_URL: sharedServers().emulator };
  });

  const run = async (changes: Record<string, string> = {}) => {
    for (const command of valuesOf('ExecStartPre').map(resolved)) {
      const [program = '', ...args] = command.split(' ');
      execFileSync(program, args);
    }
    const [, option = '', , ...args] = valuesOf('ExecStart')[0]!.split(' ');
    return startNode([option, bundle, ...args], { ...environment, ...changes }).ended;
  };

  test('is seen by the monitor: missed before it ran, served, and red where it fails', async () => {
    const [config, store] = [monitorConfig(['shop']), new S3Store(bucket, s3Client())];
    const shop = config.databases['shop']!;
    const cron = `${schedule.getUTCMinutes()} ${schedule.getUTCHours()} * * *`;
    const databases = { shop: { ...shop, schedule: { ...shop.schedule, cron } } };
    const objects = new S3ProtectedObjects(bucket, s3Client());
    const monitor = monitorBench({ ...config, databases }, store, objects, [publicKey]);
    const look = async (minutes: number) => {
      const { published, error } = await monitor.pass('light', minutesAfter(minutes));
      expect(error).toBeUndefined();
      return published['shop'];
    };

    await look(-60);
    expect(await look(25)).toMatchObject({ overdueSlots: 1, failedRuns: 0 });

    const good = await run();
    expect(good).toMatchObject({ exitCode: 0 });
    expect(statSync(path.join(home, 'run/backstop-shop/pgpass')).mode & 0o777).toBe(0o600);
    const seen = await look(25);
    expect(seen).toMatchObject({ overdueSlots: 0, failedRuns: 0, stuckRuns: 0 });
    expect(seen?.newestPointAge).toBeLessThan(30 * 60);

    const { entries } = await readAudit(store, { since: minutesAfter(-60) });
    expect(entries).toMatchObject([
      {
        ...{ program: 'backup', database: 'shop', exitCode: 0, reason: 'schedule' },
        ...{ who: `systemd@${hostname()}`, identity: 'arn:aws:sts::123456789012:user/moto' },
      },
    ]);

    const unreachable = { BACKSTOP_FROM: 'postgres://backup@127.0.0.1:1/shop' };
    expect(await run(unreachable)).toMatchObject({ exitCode: 3 });
    expect(await look(25)).toMatchObject({ failedRuns: 1 });
  });
});
