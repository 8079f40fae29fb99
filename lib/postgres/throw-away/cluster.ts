/** The data folder of a throw-away server: made by initdb, with one superuser whom nobody else knows. */
import { randomBytes } from 'node:crypto';
import { chown, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../../contract/failure';
import { ProgramFailed, runProgram, type Account } from '../../runtime/child-process';
import type { Toolchain } from '../toolchain';

export interface Cluster {
  readonly dataDirectory: string;
  /** How its programs are started: with nothing of our environment, and as another account where we can name one. */
  readonly run: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly account?: Account;
  };
  /**
   * A superuser, of a name that no archive has. Code of the database may run with his rights (a CHECK while COPY loads its table),
   * and so start programs with the rights of `account`, or with our own: what it must not get must not be within their reach.
   */
  readonly user: string;
  readonly password: string;
}

/** PostgreSQL refuses to run as root. `nobody` of Debian, Fedora and Alpine owns nothing. */
const NOBODY: Account = { uid: 65534, gid: 65534 };

/** @param home private to us and empty @throws Failure `restore-failed` with initdb's own words */
export async function makeCluster(toolchain: Toolchain, home: string, signal: AbortSignal): Promise<Cluster> {
  const account = process.getuid?.() === 0 ? NOBODY : undefined;
  const cluster: Cluster = {
    dataDirectory: path.join(home, 'data'),
    run: {
      cwd: home,
      env: { HOME: home, PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      ...(account && { account }),
    },
    user: `drill_${randomBytes(4).toString('hex')}`,
    password: randomBytes(24).toString('base64url'),
  };
  const passwordFile = path.join(home, 'password');
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  if (account !== undefined) {
    for (const entry of [home, passwordFile]) await chown(entry, account.uid, account.gid);
  }
  await initdb(toolchain, cluster, passwordFile, signal);
  await rm(passwordFile);
  return cluster;
}

async function initdb(
  toolchain: Toolchain,
  { dataDirectory, run, user }: Cluster,
  passwordFile: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runProgram({
      ...run,
      command: toolchain.path('initdb'),
      args: [
        `--pgdata=${dataDirectory}`,
        `--username=${user}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        // Each database is made with the locale of its own; this one every system has.
        '--locale=C',
        '--encoding=UTF8',
        '--no-sync',
      ],
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProgramFailed)) throw error;
    const who =
      run.account === undefined ? '' : ` As root it runs as uid ${run.account.uid}, who must reach it.`;
    throw new Failure('restore-failed', `The throw-away server could not be made: ${error.message}`, {
      cause: error,
      hint: `Name a folder with enough room by --scratch.${who}`,
    });
  }
}
