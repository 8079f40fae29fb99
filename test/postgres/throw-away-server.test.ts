import { readdirSync, readFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Client } from 'pg';
import { connect } from '../../lib/postgres/connection';
import type { DrillServer } from '../../lib/postgres/drill-server';
import { withSession } from '../../lib/postgres/target-server';
import { throwAwayServers } from '../../lib/postgres/throw-away-server';
import { scratchRoot, serverRequest } from '../support/drill-servers';
import { sharedMajors } from '../support/shared-servers';

async function rowsOf(server: DrillServer, sql: string): Promise<Record<string, unknown>[]> {
  return withSession(
    server.maintenance,
    async (client) => (await client.query<Record<string, unknown>>(sql)).rows,
  );
}

/** What a program prints that the server starts, with the server's account and environment. */
async function printed(client: Client, program: string): Promise<string> {
  await client.query('CREATE TEMP TABLE printed (line text)');
  await client.query(`COPY printed FROM PROGRAM '${program}'`);
  const { rows } = await client.query<{ line: string }>('SELECT line FROM printed');
  return rows.map(({ line }) => line).join('\n');
}

/** @returns the error's code, or `open` */
function knock(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port, timeout: 5_000 }, () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    socket.once('timeout', () => {
      socket.destroy();
      resolve('ETIMEDOUT');
    });
  });
}

test.each(sharedMajors())(
  'a server of PostgreSQL %i is there for the task, and nothing of it afterwards',
  async (major) => {
    const request = serverRequest({ major });
    const { server, homes } = await throwAwayServers.with(request, async (there) => {
      expect(there).toMatchObject({ kind: 'throw-away', major, superuser: true });
      expect(there.version).toMatch(new RegExp(`^${major}\\.\\d+$`));
      await rowsOf(there, 'CREATE DATABASE drilled TEMPLATE template0');
      return { server: there, homes: readdirSync(request.scratchRoot) };
    });
    expect(homes).toHaveLength(1);
    expect(readdirSync(request.scratchRoot)).toEqual([]);
    expect(await knock('127.0.0.1', server.maintenance.port)).toBe('ECONNREFUSED');
  },
);

test.each(sharedMajors())(
  'PostgreSQL %i: it listens on the loopback interface alone, and wants a password',
  async (major) => {
    await throwAwayServers.with(serverRequest({ major }), async (server) => {
      const { host, port } = server.maintenance;
      expect(host).toBe('127.0.0.1');
      const elsewhere = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ family, internal }) => family === 'IPv4' && !internal);
      for (const { address } of elsewhere) expect(await knock(address, port)).toBe('ECONNREFUSED');
      expect(await rowsOf(server, 'SELECT DISTINCT auth_method FROM pg_hba_file_rules')).toEqual([
        { auth_method: 'scram-sha-256' },
      ]);
      expect(await rowsOf(server, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
      await expect(connect({ ...server.maintenance, password: 'guessed' })).rejects.toMatchObject({
        kind: 'database-unreachable',
        message: expect.stringContaining('password authentication failed'),
      });
      await expect(connect({ ...server.maintenance, password: undefined })).rejects.toMatchObject({
        message: expect.stringContaining('the server asks for a password, and none is given'),
        hint: expect.stringContaining('Set PGPASSWORD'),
      });
      await expect(connect({ ...server.maintenance, sslMode: 'require' })).rejects.toMatchObject({
        hint: expect.stringContaining('Switch TLS on'),
      });
    });
  },
);

test('its programs have no secret of ours, in their environment or arguments, and not the rights of root', async () => {
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_SECRET_ACCESS_KEY: 'ours-alone',
    BACKSTOP_WEBHOOK: 'ours-alone',
    PGPASSWORD: 'ours-alone',
  });
  try {
    await throwAwayServers.with(serverRequest(), async ({ maintenance }) => {
      await withSession(maintenance, async (client) => {
        const text = await printed(
          client,
          'env; id -u; tr "\\\\0" "\\\\n" < /proc/$PPID/cmdline; cat /proc/$PPID/environ | tr "\\\\0" "\\\\n"',
        );
        expect(text).toContain('TZ=UTC');
        expect(text).not.toMatch(/ours-alone|^(AWS|BACKSTOP)_|^PGPASSWORD/m);
        expect(text).not.toContain(String(maintenance.password));
        expect(text).not.toMatch(/^0$/m);
      });
    });
  } finally {
    process.env = before;
  }
});

test('no file of it holds the password', async () => {
  const request = serverRequest();
  await throwAwayServers.with(request, ({ maintenance }) => {
    const [home = ''] = readdirSync(request.scratchRoot);
    const folder = path.join(request.scratchRoot, home);
    expect(readdirSync(folder)).toEqual(['data']);
    for (const name of ['postgresql.conf', 'pg_hba.conf', 'postmaster.opts', 'postmaster.pid']) {
      expect(readFileSync(path.join(folder, 'data', name), 'utf8')).not.toContain(
        String(maintenance.password),
      );
    }
    return Promise.resolve();
  });
});

test('an error of the task comes out as it is, and nothing is left', async () => {
  const request = serverRequest();
  const error = new Error('the task failed');
  await expect(throwAwayServers.with(request, () => Promise.reject(error))).rejects.toBe(error);
  expect(readdirSync(request.scratchRoot)).toEqual([]);
});

test('that the server has no session left is no reason to wait for its end', async () => {
  const error = new Error('the task failed');
  const drill = throwAwayServers.with(serverRequest(), async ({ maintenance }) => {
    await withSession({ ...maintenance, database: 'template1' }, (client) =>
      client.query('ALTER DATABASE postgres ALLOW_CONNECTIONS false'),
    );
    throw error;
  });
  await expect(drill).rejects.toBe(error);
});

test.each(sharedMajors())(
  'PostgreSQL %i: a signal ends it at once, also in the middle of a query',
  async (major) => {
    const stop = new AbortController();
    const request = serverRequest({ major, signal: stop.signal });
    const reason = new Error('stopped by SIGTERM');
    const drill = throwAwayServers.with(request, async (server) => {
      const query = rowsOf(server, 'SELECT pg_sleep(600)');
      stop.abort(reason);
      await query;
    });
    await expect(drill).rejects.toBe(reason);
    expect(readdirSync(request.scratchRoot)).toEqual([]);
  },
);

test('a signal that was raised before starts nothing', async () => {
  const reason = new Error('stopped by SIGTERM');
  const request = serverRequest({ signal: AbortSignal.abort(reason) });
  await expect(throwAwayServers.with(request, () => Promise.resolve())).rejects.toBe(reason);
  expect(readdirSync(request.scratchRoot)).toEqual([]);
});

test('two at a time do not meet', async () => {
  const root = scratchRoot();
  const inner = (outer: DrillServer) =>
    throwAwayServers.with(serverRequest({ scratchRoot: root }), (server) => {
      expect(server.maintenance.port).not.toBe(outer.maintenance.port);
      return Promise.resolve(readdirSync(root).length);
    });
  expect(await throwAwayServers.with(serverRequest({ scratchRoot: root }), inner)).toBe(2);
  expect(readdirSync(root)).toEqual([]);
});
