/**
 * A TCP proxy before PostgreSQL that stops all sessions at the moment when one of them is about to say something, so
 * that a test can do something of its own just then. For example:
 *
 *     const proxy = await startPausingProxy(url);
 *     const pause = proxy.pauseBefore('pg_export_snapshot');
 *     const running = backup(proxy.url);
 *     await pause.reached;
 *     ... the backup has its locks and no snapshot yet ...
 *     pause.end();
 */
import { connect, createServer, type Socket } from 'node:net';

export interface Pause {
  readonly reached: Promise<void>;
  end(): void;
}

export interface PausingProxy {
  /** Of the same database, through the proxy. */
  readonly url: string;
  /** @param nth time that it is said, counted from 1 over all sessions. @default 1 */
  pauseBefore(words: string, nth?: number): Pause;
  stop(): Promise<void>;
}

interface Armed {
  readonly words: string;
  remaining: number;
  readonly reach: () => void;
}

export async function startPausingProxy(target: string): Promise<PausingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let armed: Armed | undefined;
  let going = Promise.resolve();
  let go: () => void = () => undefined;
  const passage = (chunk: Buffer): Promise<void> => {
    if (armed !== undefined && chunk.includes(armed.words) && --armed.remaining === 0) {
      going = new Promise((resolve) => (go = resolve));
      armed.reach();
      armed = undefined;
    }
    return going;
  };
  const server = createServer((session) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [session, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        session.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
    upstream.pipe(session);
    void passOn(session, upstream, passage).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === 'object' ? address?.port : address);
  return {
    url: url.toString(),
    pauseBefore: (words, nth = 1) => {
      const reached = new Promise<void>((reach) => (armed = { words, remaining: nth, reach }));
      return {
        reached,
        end: () => {
          go();
        },
      };
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One chunk after the other: what follows a pause waits behind it. */
async function passOn(from: Socket, to: Socket, passage: (chunk: Buffer) => Promise<void>): Promise<void> {
  for await (const chunk of from) {
    await passage(chunk as Buffer);
    to.write(chunk as Buffer);
  }
  to.end();
}
