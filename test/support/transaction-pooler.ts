/**
 * A pooler in transaction mode, as PgBouncer is: its clients share one server session, each has it from its first
 * message until the server is idle again. Messages: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
import { createConnection, createServer, type Socket } from 'node:net';

const SSL_REQUEST = 80877103;
const READY_FOR_QUERY = 0x5a;
const IDLE = 0x49;

export interface Pooler {
  readonly port: number;
  stop(): Promise<void>;
}

/** @param serverPort of a server on this machine that trusts us */
export async function startTransactionPooler(serverPort: number): Promise<Pooler> {
  const session = new SharedSession(serverPort);
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
    let started = false;
    client.on('data', (data) => {
      if (started) session.send(client, data);
      else if (data.readInt32BE(4) === SSL_REQUEST) client.write('N');
      else {
        started = true;
        session.greet(client, data);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy();
        session.close();
        server.close(() => {
          resolve();
        });
      }),
  };
}

class SharedSession {
  private readonly upstream: Socket;
  private greeting: Buffer | undefined;
  private begun = false;
  private owner: Socket | undefined;
  private received = Buffer.alloc(0);
  private readonly waiting: { readonly client: Socket; readonly data: Buffer }[] = [];

  constructor(serverPort: number) {
    this.upstream = createConnection(serverPort, '127.0.0.1');
    this.upstream
      .on('error', () => undefined)
      .on('data', (data: Buffer) => {
        this.onData(data);
      });
  }

  /** The first client's start opens the session; every other client is told that it is open. */
  greet(client: Socket, startup: Buffer): void {
    if (this.greeting !== undefined) client.write(this.greeting);
    else if (!this.begun) {
      this.begun = true;
      this.owner = client;
      this.upstream.write(startup);
    }
  }

  send(client: Socket, data: Buffer): void {
    // A client that leaves must not close the session of all.
    if (data[0] === 0x58) return;
    if (this.owner !== undefined && this.owner !== client) {
      this.waiting.push({ client, data });
      return;
    }
    this.owner = client;
    this.upstream.write(data);
  }

  close(): void {
    this.upstream.destroy();
  }

  private onData(data: Buffer): void {
    const owner = this.owner;
    owner?.write(data);
    this.received = Buffer.concat([this.received, data]);
    let status: number | undefined;
    let end = 0;
    while (end + 5 <= this.received.length) {
      const next = end + 1 + this.received.readInt32BE(end + 1);
      if (next > this.received.length) break;
      if (this.received[end] === READY_FOR_QUERY) status = this.received[end + 5];
      end = next;
    }
    if (status !== undefined) this.greeting ??= Buffer.from(this.received.subarray(0, end));
    this.received = this.received.subarray(end);
    if (status === IDLE) this.handOver();
  }

  private handOver(): void {
    this.owner = undefined;
    const next = this.waiting.shift();
    if (next !== undefined) this.send(next.client, next.data);
  }
}
