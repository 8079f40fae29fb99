/** A PostgreSQL server for the time of a drill: made in the scratch folder, unreachable from outside, gone afterwards. */
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../contract/failure';
import { withScratchDirectory } from '../runtime/scratch-directory';
import type { DrillServer, DrillServerRequest, DrillServers } from './drill-server';
import { readTargetServer, withSession } from './target-server';
import { makeCluster } from './throw-away/cluster';
import { startServer, type RunningServer } from './throw-away/postgres';
import { preloadSettings } from './throw-away/preloaded-libraries';
import { throwAwaySettings, type Machine } from './throw-away/server-settings';
import { serverToolchainFor } from './toolchain';

export const throwAwayServers: DrillServers = {
  kind: 'throw-away',
  with: (request, task) =>
    withScratchDirectory(request.scratchRoot, async (home) => {
      request.signal.throwIfAborted();
      const running = await start(request, home);
      try {
        return await task(await describe(running));
      } catch (error) {
        request.signal.throwIfAborted();
        throw await reasonOf(error, running);
      } finally {
        await running.end();
      }
    }),
};

async function start(
  { major, extensions, database, postgresBin, signal }: DrillServerRequest,
  home: string,
): Promise<RunningServer> {
  const toolchain = await serverToolchainFor(major, postgresBin);
  const cluster = await makeCluster(toolchain, home, signal);
  const preloaded = preloadSettings(extensions, database, toolchain.directory);
  const settings = (port: number) => ({ ...throwAwaySettings(port, thisMachine()), ...preloaded });
  return startServer(toolchain, cluster, settings, signal);
}

async function describe({ maintenance }: RunningServer): Promise<DrillServer> {
  return { kind: 'throw-away', maintenance, ...(await withSession(maintenance, readTargetServer)) };
}

/** A server that dies has ended by then; one that only has no session left for us never does. */
const END_MS = 10_000;

/** Where the server is gone, what the task says of it (a broken connection) is not the reason. */
async function reasonOf(error: unknown, server: RunningServer): Promise<unknown> {
  if (await isAlive(server)) return error;
  const death = await Promise.race([server.ended, sleep(END_MS, undefined, { ref: false })]);
  if (death === undefined) return error;
  return new Failure('restore-failed', `The throw-away server ended before the drill did: ${death.message}`, {
    cause: error,
    hint: 'Its last lines say why; mostly memory or disk ran out. Give the drill more of it, or fewer jobs.',
  });
}

/** A crashed session is seen by its client before the server sees it: a new one must outlast that. */
async function isAlive({ maintenance }: RunningServer): Promise<boolean> {
  try {
    await withSession(maintenance, (client) => client.query('SELECT pg_catalog.pg_sleep(1)'));
    return true;
  } catch {
    return false;
  }
}

/** What a container allows counts, not what the machine below it has. */
function thisMachine(): Machine {
  const allowed = process.constrainedMemory();
  return {
    memoryBytes: Math.min(totalmem(), allowed > 0 ? allowed : Infinity),
    cores: availableParallelism(),
  };
}
