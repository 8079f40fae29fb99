/**
 * `npm run benchmark`: what a backup costs above the bare dump it makes, what of it is the inventory, and for how long a
 * migration would have to wait. All run in turn on one machine, so that their ratio holds although the machine's speed
 * drifts; the store is a sink that keeps nothing. With `-- --points 10000` it measures the monitor's index instead: see
 * test/benchmark/index-points.ts.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { humanBytes } from '../../lib/contract/human';
import { createKeyFile } from '../../lib/runtime/file-signer';
import { fillDatabase } from '../rehearsal/fill-database';
import { installedMajors } from '../support/find-postgres';
import { startCluster, type Cluster } from '../support/postgres-cluster';
import { eventually, freePort, startServer } from '../support/spawn';
import { benchmarkIndex } from './index-points';

const ROOT = path.resolve(__dirname, '../..');
const NODE = [process.execPath, '--max-semi-space-size=4', '--require', 'tsx/cjs'] as const;

interface Measured {
  readonly seconds: number;
  readonly peakMebibytes: number;
  /** Between the first lock on a table and the end of the last one: a migration waits no longer. */
  readonly lockedSeconds: number;
}

const LOCKED = `
  SELECT count(*)::int AS locks FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
   WHERE l.locktype = 'relation' AND c.relkind IN ('r', 'p') AND c.oid >= 16384 AND l.pid <> pg_backend_pid()`;
const LOOK_MS = 20;

/** Seconds, to the nearest look. Answers after `ended` is raised. */
async function watchLocks(url: string, ended: AbortSignal): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  let first: number | undefined;
  let last = 0;
  while (!ended.aborted) {
    const { rows } = await client.query<{ locks: number }>(LOCKED);
    if (rows[0]?.locks !== 0) {
      last = performance.now();
      first ??= last;
    }
    await sleep(LOOK_MS, undefined, { signal: ended }).catch(() => undefined);
  }
  await client.end();
  return (last - (first ?? last)) / 1000;
}

/** Wall time and peak resident memory of a process, by the operating system's own account. */
async function measure(command: readonly string[], env: NodeJS.ProcessEnv, url: string): Promise<Measured> {
  const ended = new AbortController();
  const locked = watchLocks(url, ended.signal);
  const began = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%M', ...command], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - began) / 1000;
  ended.abort();
  const lockedSeconds = await locked;
  if (exitCode !== 0) throw new Error(stderr);
  const kibibytes = Number(stderr.trim().split('\n').at(-1));
  return { seconds, peakMebibytes: kibibytes / 1024, lockedSeconds };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function compare(cluster: Cluster, url: string, home: string, runs: number): Promise<void> {
  const compression = cluster.major >= 16 ? 'zstd:1' : 'gzip:1';
  const dumpCompression = cluster.major >= 16 ? compression : '1';
  const keyFile = path.join(home, 'key.pem');
  await createKeyFile(keyFile);
  const port = await freePort();
  const sink = startServer(NODE[0], [...NODE.slice(1), 'test/benchmark/sink.ts', String(port)]);
  const env = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  };
  await eventually('the sink answers', () => fetch(env.AWS_ENDPOINT_URL));
  const bare = (directory: string) => [
    `${cluster.binDirectory}/pg_dump`,
    '-Fd',
    '-j2',
    `--compress=${dumpCompression}`,
    '--no-sync',
    '-f',
    directory,
    url,
  ];
  const ours = (...more: string[]) => [
    ...NODE,
    'bin/backstop.ts',
    'backup',
    '--database',
    'bench',
    '--from',
    url,
    '--store',
    's3://sink',
    '--signer',
    `file:${keyFile}`,
    '--scratch',
    home,
    ...more,
  ];
  const kinds = {
    'pg_dump -Fd -j2 alone': (run: number) => bare(path.join(home, `bare-${run}`)),
    [WITHOUT]: () => ours('--inventory', 'none'),
    [WITH]: () => ours(),
    'backup, directory, rows+content': () => ours('--inventory', 'rows+content'),
    'backup, custom, rows': () => ours('--format', 'custom'),
  };
  const figures = new Map<string, Measured[]>(Object.keys(kinds).map((name) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const [name, command] of Object.entries(kinds)) {
      figures.get(name)?.push(await measure(command(run), env, url));
      rmSync(path.join(home, `bare-${run}`), { recursive: true, force: true });
    }
  }
  await sink.stop();
  report(figures);
}

const WITHOUT = 'backup, directory, no inventory';
const WITH = 'backup, directory, rows';

/** Ratios are taken run by run: what slowed one down slowed its neighbour too. */
function report(figures: ReadonlyMap<string, readonly Measured[]>): void {
  const [bare = []] = figures.values();
  const ratioOf = (
    measured: readonly Measured[],
    to: readonly Measured[],
    of: 'seconds' | 'lockedSeconds' = 'seconds',
  ) => median(measured.map((one, run) => one[of] / (to[run]?.[of] ?? NaN)));
  for (const [name, measured] of figures) {
    const seconds = median(measured.map((one) => one.seconds));
    const locked = median(measured.map((one) => one.lockedSeconds));
    const ratio = ratioOf(measured, bare).toFixed(2);
    const lockedRatio = ratioOf(measured, bare, 'lockedSeconds').toFixed(2);
    const peak = Math.max(...measured.map((one) => one.peakMebibytes));
    process.stdout.write(
      `${name.padEnd(34)} ${seconds.toFixed(1).padStart(6)} s  x ${ratio}  locks ${locked.toFixed(1).padStart(5)} s  x ${lockedRatio}  peak ${peak.toFixed(0)} MiB\n`,
    );
  }
  const inventory = ratioOf(figures.get(WITH) ?? [], figures.get(WITHOUT) ?? []) - 1;
  process.stdout.write(`The inventory of rows adds ${(inventory * 100).toFixed(1)} % to a backup\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: '2048' },
      postgres: { type: 'string', default: String(installedMajors().at(-1)) },
      runs: { type: 'string', default: '3' },
      points: { type: 'string' },
    },
  });
  const home = mkdtempSync(path.join(tmpdir(), 'benchmark-'));
  if (values.points !== undefined) {
    await benchmarkIndex(home, Number(values.points)).finally(() => {
      rmSync(home, { recursive: true });
    });
    return;
  }
  const cluster = await startCluster(Number(values.postgres), ['shared_buffers=2GB', 'max_wal_size=16GB']);
  try {
    const { url, bytes, tables } = await fillDatabase(cluster, 'bench', Number(values.megabytes));
    process.stdout.write(
      `PostgreSQL ${values.postgres}, ${humanBytes(bytes)} in ${tables} tables, medians of ${values.runs} runs\n`,
    );
    await compare(cluster, url, home, Number(values.runs));
  } finally {
    await cluster.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
