/** A webhook over real HTTP: what is sent, what counts as delivered, and that no error tells the secret URL. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../support/spawn';
import { postJson, webhookUrl } from '../../lib/runtime/webhook';

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
}

const received: Received[] = [];
let server: Server;
let base: string;

const ANSWERS: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/T0/secret/200': (_, response) => response.end('ok'),
  '/T0/secret/204': (_, response) => response.writeHead(204).end(),
  '/T0/secret/500': (request, response) => response.writeHead(500).end(`Cannot POST ${request.url ?? ''}`),
  '/T0/secret/302': (_, response) => response.writeHead(302, { location: `${base}/T0/secret/200` }).end(),
  '/T0/secret/307': (_, response) => response.writeHead(307, { location: `${base}/T0/secret/200` }).end(),
  '/T0/secret/hang': () => undefined,
  '/T0/secret/cut': (request) => request.socket.destroy(),
};

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      received.push({ method, path, type: headers['content-type'], body: JSON.parse(text) });
      ANSWERS[path ?? '']?.(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  received.length = 0;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = (path: string, timeoutSeconds = 5) =>
  postJson(`${base}/T0/secret/${path}`, { text: 'ä' }, timeoutSeconds);
const failureOf = (path: string, timeoutSeconds?: number) =>
  post(path, timeoutSeconds).then(
    () => undefined,
    (error: unknown) => error as Error,
  );

test.each(['200', '204'])('an answer of %s is delivered', async (path) => {
  await post(path);
  expect(received).toEqual([
    { method: 'POST', path: `/T0/secret/${path}`, type: 'application/json', body: { text: 'ä' } },
  ]);
});

test('an answer of 500 is a failure', async () => {
  expect((await failureOf('500'))?.message).toBe('The webhook answered with HTTP 500.');
});

test.each(['302', '307'])('a redirect is not followed: %s is a failure', async (path) => {
  expect((await failureOf(path))?.message).toBe(`The webhook answered with HTTP ${path}.`);
  expect(received.map((request) => request.path)).toEqual([`/T0/secret/${path}`]);
});

test('a webhook that never answers is given up after its time', async () => {
  expect((await failureOf('hang', 0.2))?.message).toBe('The webhook gave no answer: TimeoutError.');
});

test('a connection that is cut is a failure', async () => {
  expect((await failureOf('cut'))?.message).toMatch(
    /^The webhook gave no answer: (UND_ERR_SOCKET|ECONNRESET)\.$/,
  );
});

test('a server that is not there is a failure', async () => {
  const url = `http://127.0.0.1:${await freePort()}/T0/secret`;
  await expect(postJson(url, {}, 5)).rejects.toThrow('The webhook gave no answer: ECONNREFUSED.');
});

test.each(['500', '302', 'cut', 'hang'])(
  'no failure tells the URL, or what the other side said of it: %s',
  async (path) => {
    const error = await failureOf(path, 0.2);
    expect(error).toBeDefined();
    const { message, stack, cause } = error!;
    expect(JSON.stringify([message, stack, cause, error])).not.toContain('T0');
  },
);

test.each(['https://hooks.example.com/T0/secret', '  https://hooks.example.com/T0/secret\n'])(
  'the text of the secret is the URL: %j',
  (text) => {
    expect(webhookUrl(text)).toBe('https://hooks.example.com/T0/secret');
  },
);

test.each(['http://hooks.example.com/T0', 'hooks.example.com/T0', '{"url":"https://x/T0"}', ''])(
  'a text that is no https URL is refused, and not told: %j',
  (text) => {
    const refusal = () => webhookUrl(text);
    expect(refusal).toThrow('The text of the webhook secret is no https URL.');
    expect(refusal).not.toThrow('T0');
  },
);
