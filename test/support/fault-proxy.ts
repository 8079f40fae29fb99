/**
 * An HTTP proxy before the AWS emulator that can be told to fail: S3's answers that no emulator gives, and connections
 * that break. For example:
 *
 *     const proxy = await startFaultProxy(sharedServers().emulator);
 *     proxy.fail({ method: 'PUT', url: /partNumber=2/, nth: 1 }, refuse(503, 'SlowDown'));
 *     ... AWS_ENDPOINT_URL: proxy.endpoint ...
 *     await proxy.stop();
 */
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Which requests fail: all criteria must hold. */
export interface Match {
  readonly method?: string;
  /** Tested against path and query, as they go over the wire (percent-encoded). */
  readonly url?: RegExp;
  /** The one that fails of those that match, counted from 1. @default - each of them */
  readonly nth?: number;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Exchange {
  readonly asked: IncomingMessage;
  readonly answer: ServerResponse;
  /** Breaks the connection. */
  readonly cut: () => void;
  /** Sends the request on, with another body where one is given, and gives what the emulator answered. */
  readonly forward: (body?: Buffer) => Promise<IncomingMessage>;
}

export type Fault = (exchange: Exchange) => Promise<void>;

export interface FaultProxy {
  readonly endpoint: string;
  /** The newest rule that matches a request applies. */
  fail(match: Match, fault: Fault): void;
  /** All requests since the start or the last clear(). */
  requests(): readonly LoggedRequest[];
  /** Forgets rules and requests. */
  clear(): void;
  stop(): Promise<void>;
}

/** Answers in the emulator's place with one of S3's errors; the emulator sees nothing of the request. */
export function refuse(status: number, code: string): Fault {
  return async ({ asked, answer }) => {
    await buffer(asked);
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Told to fail.</Message></Error>`;
    answer.writeHead(status, { 'content-type': 'application/xml' });
    answer.end(asked.method === 'HEAD' ? undefined : body);
  };
}

/** Takes the first bytes of the request, then the connection breaks. */
export const breakRequest: Fault = async ({ asked, cut }) => {
  await new Promise((resolve) => asked.once('data', resolve));
  cut();
};

/** The emulator does what it is asked, but the connection breaks before the answer. */
export const loseAnswer: Fault = async ({ cut, forward }) => {
  await buffer(await forward());
  cut();
};

/** Half of the answer's body comes through, then the connection breaks. */
export const breakAnswer: Fault = async ({ answer, cut, forward }) => {
  const given = await forward();
  const body = await buffer(given);
  answer.writeHead(given.statusCode ?? 500, given.headers);
  await new Promise<void>((resolve) => {
    answer.write(body.subarray(0, body.byteLength / 2), () => {
      resolve();
    });
  });
  cut();
};

/** Takes the request and never answers. */
export const hang: Fault = async ({ asked }) => {
  await buffer(asked);
};

/** Changes the body of a request on its way, and nothing of its headers but the length. */
export function alterRequest(change: (body: Buffer) => Buffer): Fault {
  return async ({ asked, answer, forward }) => {
    const given = await forward(change(await buffer(asked)));
    answer.writeHead(given.statusCode ?? 500, given.headers);
    await pipeline(given, answer);
  };
}

/** Changes what the emulator answers. */
export function alterAnswer(change: (answer: Answer) => void): Fault {
  return async ({ answer, forward }) => {
    const given = await forward();
    const altered = {
      status: given.statusCode ?? 500,
      headers: { ...given.headers },
      body: await buffer(given),
    };
    change(altered);
    delete altered.headers['transfer-encoding'];
    altered.headers['content-length'] = String(altered.body.byteLength);
    answer.writeHead(altered.status, altered.headers);
    answer.end(altered.body);
  };
}

const passOn: Fault = async ({ answer, forward }) => {
  const given = await forward();
  answer.writeHead(given.statusCode ?? 500, given.headers);
  await pipeline(given, answer);
};

/** @param target `http://host:port` */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const rules: { match: Match; fault: Fault; seen: number }[] = [];
  const log: LoggedRequest[] = [];
  const faultFor = ({ method = '', url = '' }: IncomingMessage): Fault => {
    const matching = rules.filter(
      ({ match }) => [undefined, method].includes(match.method) && (match.url?.test(url) ?? true),
    );
    for (const rule of matching) rule.seen += 1;
    return matching.findLast(({ match, seen }) => [undefined, seen].includes(match.nth))?.fault ?? passOn;
  };
  const server = createServer((asked, answer) => {
    const { method = '', url = '', headers, socket } = asked;
    const cut = () => socket.destroy();
    log.push({ method, url, headers });
    const forward = (body?: Buffer) => sendOn(target, asked, body);
    faultFor(asked)({ asked, answer, cut, forward }).catch(cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    fail: (match, fault) => rules.push({ match, fault, seen: 0 }),
    requests: () => log,
    clear: () => {
      rules.length = 0;
      log.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function sendOn(target: string, asked: IncomingMessage, body?: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, url = '/' } = asked;
    const headers = { ...asked.headers, ...(body && { 'content-length': String(body.byteLength) }) };
    const { hostname, port } = new URL(target);
    const sent = request({ hostname, port, method, path: url, headers, agent: false }, resolve);
    sent.on('error', reject);
    if (body === undefined) pipeline(asked, sent).catch(reject);
    else sent.end(body);
  });
}
