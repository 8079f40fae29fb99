import { randomBytes } from 'node:crypto';
import { connectionTarget } from '../../lib/postgres/connection';
import { givenServer } from '../../lib/postgres/given-server';
import { serverRequest } from '../support/drill-servers';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

test.each(sharedMajors())('a given server of PostgreSQL %i is used as it is', async (major) => {
  const maintenance = connectionTarget(await freshDatabase(major), {});
  const servers = givenServer(maintenance);
  expect(servers.kind).toBe('server');
  const server = await servers.with(serverRequest({ major }), (given) => Promise.resolve(given));
  expect(server).toMatchObject({ kind: 'server', maintenance, major, superuser: true });
});

test('one of an older major is refused before anything else', async () => {
  const servers = givenServer(connectionTarget(await freshDatabase(), {}));
  const request = serverRequest({ major: 99 });
  await expect(servers.with(request, () => Promise.reject(new Error('was begun')))).rejects.toMatchObject({
    kind: 'restore-refused',
    message: expect.stringContaining('the dump is of 99'),
  });
});

test('a newer one will do', async () => {
  const servers = givenServer(connectionTarget(await freshDatabase(), {}));
  const { major } = await servers.with(serverRequest({ major: 12 }), (given) => Promise.resolve(given));
  expect(major).toBeGreaterThan(12);
});

test('a user who is no superuser is told as such', async () => {
  const url = new URL(await freshDatabase());
  const role = `weak_${randomBytes(4).toString('hex')}`;
  await query(url.toString(), `CREATE ROLE ${role} LOGIN CREATEDB`);
  url.username = role;
  const servers = givenServer(connectionTarget(url.toString(), {}));
  expect(await servers.with(serverRequest(), (given) => Promise.resolve(given.superuser))).toBe(false);
});

test('one that does not answer is told, with its address', async () => {
  const servers = givenServer(connectionTarget('postgres://drill@127.0.0.1:1/postgres', {}));
  await expect(servers.with(serverRequest(), () => Promise.resolve())).rejects.toMatchObject({
    kind: 'database-unreachable',
    message: expect.stringContaining('drill@127.0.0.1:1/postgres'),
  });
});

test('it is for one task at a time, and free again when that one ends, also by an error', async () => {
  const servers = givenServer(connectionTarget(await freshDatabase(), {}));
  const begin = (task: () => Promise<unknown>) => servers.with(serverRequest({ major: 12 }), task);
  await expect(begin(() => begin(() => Promise.resolve()))).rejects.toMatchObject({
    kind: 'already-running',
    message: expect.stringContaining('Another drill is running on backstop@'),
  });
  expect(await begin(() => Promise.resolve('free'))).toBe('free');
});
