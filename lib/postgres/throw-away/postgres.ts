/** Runs the server of a throw-away cluster until it is told to end; or until it ends by itself, which is told. */
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, messageOf } from '../../contract/failure';
import { ProgramFailed, startProgram, type Program } from '../../runtime/child-process';
import { connect, type ConnectionTarget } from '../connection';
import type { Toolchain } from '../toolchain';
import type { Cluster } from './cluster';
import type { ServerSettings } from './server-settings';

const START_SECONDS = 60;
const PORTS_TRIED = 3;

export interface RunningServer {
  readonly maintenance: ConnectionTarget;
  /** Ends when the server does: well after `end`, otherwise with what it wrote last. */
  readonly ended: Promise<ProgramFailed | undefined>;
  /** Sessions break; nothing is kept. */
  end(): Promise<void>;
}

/**
 * @param settings for a port
 * @throws Failure `restore-failed` with its last lines where it does not start
 */
export async function startServer(
  toolchain: Toolchain,
  cluster: Cluster,
  settings: (port: number) => ServerSettings,
  signal: AbortSignal,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = run(toolchain, cluster, port, settings(port), signal);
    try {
      await untilReady(server);
      return server;
    } catch (error) {
      await server.end();
      signal.throwIfAborted();
      // Somebody else was quicker.
      if (attempt < PORTS_TRIED && messageOf(error).includes('Address already in use')) continue;
      throw new Failure('restore-failed', `The throw-away server did not start: ${messageOf(error)}`, {
        cause: error,
        hint: 'Its last lines say why. It needs room in the folder of --scratch and a fifth of the memory.',
      });
    }
  }
}

function run(
  toolchain: Toolchain,
  { dataDirectory, run: how, user, password }: Cluster,
  port: number,
  settings: ServerSettings,
  signal: AbortSignal,
): RunningServer {
  const told = new AbortController();
  const program = startProgram({
    ...how,
    command: toolchain.path('postgres'),
    args: [
      '-D',
      dataDirectory,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    signal: AbortSignal.any([signal, told.signal]),
    lifeline: 'SIGQUIT',
  });
  const ended = endOf(program, told.signal);
  return {
    maintenance: localTarget(port, user, password),
    ended,
    end: async () => {
      told.abort(new Error('it is no longer needed'));
      await ended;
    },
  };
}

async function endOf(program: Program, told: AbortSignal): Promise<ProgramFailed | undefined> {
  try {
    await program.finished;
    return undefined;
  } catch (error) {
    if (told.aborted || !(error instanceof ProgramFailed)) return undefined;
    return error;
  }
}

async function untilReady({ maintenance, ended }: RunningServer): Promise<void> {
  const state = { ended: false };
  const failed = ended.then((reason) => {
    state.ended = true;
    throw reason ?? new Error('it was ended');
  });
  const ready = async () => {
    const deadline = Date.now() + START_SECONDS * 1000;
    while (!state.ended) {
      const error = await connectOnce(maintenance);
      if (error === undefined) return;
      if (Date.now() > deadline) throw new Error(`no answer in ${START_SECONDS} s: ${messageOf(error)}`);
      await sleep(50);
    }
  };
  await Promise.race([ready(), failed]);
}

/** @returns why it did not work */
async function connectOnce(target: ConnectionTarget): Promise<unknown> {
  try {
    await (await connect(target)).end();
    return undefined;
  } catch (error) {
    return error;
  }
}

function localTarget(port: number, user: string, password: string): ConnectionTarget {
  const none = undefined;
  return {
    host: '127.0.0.1',
    port,
    user,
    password,
    database: 'postgres',
    sslMode: 'disable',
    passfile: none,
    sslRootCert: none,
    sslCert: none,
    sslKey: none,
    options: none,
  };
}

/** One that was free a moment ago: PostgreSQL cannot be asked to choose. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}
