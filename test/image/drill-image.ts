/** What runs in the image of drills beside its own program: a server with a locale, and a look at what a drill leaves. */
import { ENVIRONMENT } from '../../lib/contract/environment';
import { query, TEST_PASSWORD } from '../support/postgres-cluster';
import { eventually, freePort } from '../support/spawn';
import { startTask, type TaskResult } from './task';

export const drillImage = (major: number) => `backstop-drill:${major}`;

/** Not one that every machine has: the image brings it, to the server here and to the one that a drill makes. */
export const LOCALE = 'en_US.UTF-8';

const SERVE = `
  set -e
  cd /scratch
  programs=$(echo /usr/lib/postgresql/*/bin)
  printf %s "$PGPASSWORD" > password
  "$programs/initdb" -D data -U backstop --pwfile=password -A scram-sha-256 --locale=${LOCALE} --no-sync > /dev/null
  "$programs/postgres" -D data -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \\
    -c dynamic_shared_memory_type=mmap & server=$!
  trap 'kill -INT $server' TERM
  wait $server || wait $server`;

export interface LocalizedServer {
  url(database: string): string;
  stop(): Promise<TaskResult>;
}

/** A server of the image's own programs, on a read-only root, with LOCALE. */
export async function startLocalizedServer(major: number): Promise<LocalizedServer> {
  const port = await freePort();
  const environment = { PGPASSWORD: TEST_PASSWORD, PGPORT: String(port) };
  const task = startTask(drillImage(major), ['--entrypoint', '/bin/sh', '-c', SERVE], environment);
  const url = (database: string) => `postgres://backstop:${TEST_PASSWORD}@127.0.0.1:${port}/${database}`;
  const stop = () => {
    task.stop();
    return task.ended;
  };
  try {
    await eventually('the server in the image answers', () => query(url('postgres'), 'SELECT 1'));
  } catch (error) {
    throw new Error((await stop()).output, { cause: error });
  }
  return { url, stop };
}

/**
 * Stops a drill while its server loads the dump, then tells what is left: the last line of its output. The pattern does not
 * find itself among the command lines.
 */
const STOP_WHILE_LOADING = `
  /usr/local/bin/node --disable-sigusr1 /opt/backstop/main.js drill newest & program=$!
  while kill -0 $program 2> /dev/null && ! grep -q 'COP[Y]' /proc/[0-9]*/cmdline 2> /dev/null; do sleep 0.05; done
  kill -TERM $program
  wait $program
  code=$?
  servers=$(grep -lx postgres /proc/[0-9]*/comm 2> /dev/null | wc -l)
  echo "left: $servers processes, files:$(ls -A /scratch /tmp | tr '\\n' ' ')"
  exit $code`;
export const NOTHING_LEFT = 'left: 0 processes, files:/scratch:  /tmp: ';

export function stopDrillWhileLoading(
  major: number,
  environment: Readonly<Record<string, string>>,
): Promise<TaskResult> {
  const args = ['--entrypoint', '/bin/sh', '-c', STOP_WHILE_LOADING];
  return startTask(drillImage(major), args, { ...environment, [ENVIRONMENT.reason]: 'to be stopped' }).ended;
}
