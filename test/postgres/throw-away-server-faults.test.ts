import { readdirSync } from 'node:fs';
import { throwAwayServers } from '../../lib/postgres/throw-away-server';
import { connect, type ConnectionTarget } from '../../lib/postgres/connection';
import type { DrillServer } from '../../lib/postgres/drill-server';
import { withSession } from '../../lib/postgres/target-server';
import { startNode } from '../support/backstop-cli';
import { faultyServerPrograms, scratchRoot, serverRequest } from '../support/drill-servers';
import { sharedMajors } from '../support/shared-servers';
import { eventually } from '../support/spawn';

const nothing = () => Promise.resolve();

test('without the programs of that major it is told what to install', async () => {
  const directory = scratchRoot();
  await expect(
    throwAwayServers.with(serverRequest({ major: 16, postgresBin: directory }), nothing),
  ).rejects.toMatchObject({
    kind: 'no-client',
    message:
      'A throw-away server of PostgreSQL 16 needs its initdb and postgres; those found here are: none.',
    hint: expect.stringContaining('Install postgresql-16'),
  });
});

test('programs of another major are refused, and named', async () => {
  const directory = faultyServerPrograms('postgres', 'does-not-start', 15);
  await expect(
    throwAwayServers.with(serverRequest({ major: 17, postgresBin: directory }), nothing),
  ).rejects.toMatchObject({
    kind: 'no-client',
    message: expect.stringMatching(new RegExp(`17 needs .* found here are: 15\\.\\d+ in ${directory}`)),
  });
});

test.each([
  ['initdb', 'has-no-room', /could not be made: initdb exited with 1\n.*No space left on device/],
  ['postgres', 'does-not-start', /did not start: postgres exited with 1\n.*Cannot allocate memory/],
] as const)('%s that %s says why, and leaves nothing', async (program, fixture, words) => {
  const request = serverRequest({ postgresBin: faultyServerPrograms(program, fixture) });
  await expect(throwAwayServers.with(request, nothing)).rejects.toMatchObject({
    kind: 'restore-failed',
    message: expect.stringMatching(words),
    hint: expect.stringContaining('--scratch'),
  });
  expect(readdirSync(request.scratchRoot)).toEqual([]);
});

test('where somebody takes its port it takes another one', async () => {
  const request = serverRequest({ postgresBin: faultyServerPrograms('postgres', 'finds-its-port-taken') });
  expect(await throwAwayServers.with(request, ({ kind }) => Promise.resolve(kind))).toBe('throw-away');
});

async function killFrom(server: DrillServer, program: string): Promise<void> {
  await withSession(server.maintenance, async (client) => {
    await client.query(`COPY (SELECT) TO PROGRAM '${program}'`);
    await client.query('SELECT pg_sleep(600)');
  });
}

test.each(
  sharedMajors().flatMap(
    (major) =>
      [
        // The shell's parent is the session, whose parent is the server.
        [
          major,
          'one session',
          'kill -KILL $PPID',
          /server process .* was terminated by signal 9.*restart_after_crash/s,
        ],
        [
          major,
          'the server itself',
          'kill -KILL $(cut -d\" \" -f4 /proc/$PPID/stat)',
          /postgres was ended by SIGKILL/,
        ],
      ] as const,
  ),
)(
  'PostgreSQL %i: where the system kills %s, that is the reason, with its last lines',
  async (major, _, program, words) => {
    const request = serverRequest({ major });
    await expect(throwAwayServers.with(request, (server) => killFrom(server, program))).rejects.toMatchObject(
      {
        kind: 'restore-failed',
        message: expect.stringMatching(words),
        hint: expect.stringContaining('memory'),
      },
    );
    expect(readdirSync(request.scratchRoot)).toEqual([]);
  },
);

test.each(sharedMajors())(
  'PostgreSQL %i: rows and statements are not among its last lines',
  async (major) => {
    const drill = throwAwayServers.with(serverRequest({ major }), (server) =>
      withSession(server.maintenance, async (client) => {
        await client.query(`CREATE TABLE t (secret text CHECK (secret = ''))`);
        await client.query(`INSERT INTO t VALUES ('row of production')`).catch(() => undefined);
        await client.query(`COPY (SELECT 'row of production') TO PROGRAM 'kill -KILL $PPID'`);
      }),
    );
    const error: unknown = await drill.catch((reason: unknown) => reason);
    expect(String(error)).toContain('was terminated by signal 9');
    expect(String(error)).not.toContain('production');
  },
);

async function startedByAnotherProcess(major: number, root: string) {
  const { child, ended } = startNode(
    ['--import', 'tsx', 'test/support/killed-drill.ts', String(major), root],
    {},
  );
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const maintenance = await eventually('the server is there', () =>
    Promise.resolve(JSON.parse(output) as ConnectionTarget),
  );
  return { child, ended, maintenance };
}

test.each(sharedMajors())(
  'PostgreSQL %i: it ends with us where we are killed, and the next run clears its folder',
  async (major) => {
    const root = scratchRoot();
    const { child, ended, maintenance } = await startedByAnotherProcess(major, root);
    expect(readdirSync(root)).toHaveLength(1);
    child.kill('SIGKILL');
    await ended;
    await eventually('the server is gone', async () => {
      await expect(connect(maintenance)).rejects.toThrow('ECONNREFUSED');
    });
    expect(readdirSync(root)).toHaveLength(1);
    expect(
      await throwAwayServers.with(serverRequest({ major, scratchRoot: root }), () =>
        Promise.resolve(readdirSync(root)),
      ),
    ).toHaveLength(1);
    expect(readdirSync(root)).toEqual([]);
  },
);
