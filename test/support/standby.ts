/** A hot standby of a throw-away server: streams from it and answers reads only. */
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TEST_PASSWORD, query, type Cluster } from './postgres-cluster';
import { eventually, freePort, run, startServer, unprivileged } from './spawn';

export interface Standby {
  url(database: string): string;
  /** Resolves when it has replayed all that was committed until now, written already or not. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStandby(primary: Cluster): Promise<Standby> {
  const home = mkdtempSync(path.join(tmpdir(), 'backstop-standby-'));
  if (unprivileged) chownSync(home, unprivileged.uid, unprivileged.gid);
  const data = path.join(home, 'data');
  const from = ['-h', '127.0.0.1', '-p', `${primary.port}`, '-U', 'backstop'];
  await run(
    `${primary.binDirectory}/pg_basebackup`,
    [...from, '-D', data, '--write-recovery-conf', '--checkpoint=fast', '--no-sync'],
    { ...unprivileged, cwd: home },
  );
  const port = await freePort();
  const options = ['max_connections=60', 'listen_addresses=127.0.0.1', `port=${port}`, 'fsync=off'];
  const server = startServer(
    `${primary.binDirectory}/postgres`,
    ['-D', data, '-k', home, ...options.flatMap((option) => ['-c', option])],
    { account: unprivileged },
  );
  const url = (database: string) => `postgres://backstop:${TEST_PASSWORD}@127.0.0.1:${port}/${database}`;
  const stop = async () => {
    await server.stop('SIGINT');
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await eventually('the standby answers', () => query(url('postgres'), 'SELECT 1'));
  } catch (cause) {
    await stop();
    throw new Error(server.output(), { cause });
  }
  return { url, stop, caughtUp: () => caughtUp(primary.url(), url('postgres')) };
}

async function caughtUp(primary: string, standby: string): Promise<void> {
  const [written] = await query(primary, 'SELECT pg_current_wal_insert_lsn()::text AS lsn');
  await eventually('the standby has caught up', async () => {
    const [replayed] = await query(
      standby,
      `SELECT pg_last_wal_replay_lsn() >= '${String(written?.['lsn'])}' AS done`,
    );
    if (replayed?.['done'] !== true) throw new Error('it has not');
  });
}
