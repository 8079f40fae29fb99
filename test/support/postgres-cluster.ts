/** A throw-away PostgreSQL server on a free port of the loopback interface, tuned for throw-away speed. */
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { installedMajors, serverBinDirectory } from './find-postgres';
import { eventually, freePort, run, startServer, unprivileged, type Server } from './spawn';

export interface Cluster {
  readonly major: number;
  readonly port: number;
  readonly binDirectory: string;
  readonly dataDirectory: string;
  /** `postgres://backstop:secret@127.0.0.1:PORT/DATABASE` (a superuser). */
  url(database?: string): string;
  /** Creates an empty database with a name of its own; answers with its URL. */
  createDatabase(name?: string): Promise<string>;
  stop(): Promise<void>;
  /** As if the machine lost power. */
  kill(): Promise<void>;
}

export { serverBinDirectory };
export const TEST_PASSWORD = 'only-for-tests';

const SPEED = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  // With hundreds of databases a worker of it would start ten times a second.
  'autovacuum=off',
  'jit=off',
  'shared_buffers=256MB',
];

export async function startCluster(
  major = installedMajors()[0] ?? 15,
  settings: readonly string[] = [],
  initdbArguments: readonly string[] = [],
): Promise<Cluster> {
  const binDirectory = serverBinDirectory(major);
  if (binDirectory === undefined) throw new Error(`No PostgreSQL ${major} server here. Run: node bin/setup`);
  const home = mkdtempSync(path.join(tmpdir(), `backstop-pg${major}-`));
  if (unprivileged) chownSync(home, unprivileged.uid, unprivileged.gid);
  const dataDirectory = path.join(home, 'data');
  await run(
    `${binDirectory}/initdb`,
    [
      '-D',
      dataDirectory,
      '-U',
      'backstop',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '-N',
      ...initdbArguments,
    ],
    { ...unprivileged, cwd: home },
  );
  const port = await freePort();
  const options = [...SPEED, 'max_connections=60', 'listen_addresses=127.0.0.1', `port=${port}`, ...settings];
  const server = startServer(
    `${binDirectory}/postgres`,
    ['-D', dataDirectory, '-k', home, ...options.flatMap((option) => ['-c', option])],
    { account: unprivileged },
  );
  const url = (database = 'postgres') => `postgres://backstop:${TEST_PASSWORD}@127.0.0.1:${port}/${database}`;
  await eventually(`PostgreSQL ${major} answers`, () => query(url(), 'SELECT 1')).catch((error: unknown) => {
    throw new Error(server.output(), { cause: error });
  });
  return { major, port, binDirectory, dataDirectory, url, ...actions(url, server, home) };
}

function actions(url: Cluster['url'], server: Server, home: string) {
  const end = (signal: NodeJS.Signals) => async () => {
    await server.stop(signal);
    rmSync(home, { recursive: true, force: true });
  };
  return {
    createDatabase: (name?: string) => createDatabaseOn(url, name),
    stop: end('SIGINT'),
    kill: end('SIGQUIT'),
  };
}

async function createDatabaseOn(
  url: Cluster['url'],
  name = `db_${randomBytes(5).toString('hex')}`,
): Promise<string> {
  await query(url(), `CREATE DATABASE "${name}" TEMPLATE template0`);
  return url(name);
}

/** One statement (or several, separated by semicolons) on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
