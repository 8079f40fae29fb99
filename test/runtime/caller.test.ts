import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { callerOf, osUser } from '../../lib/runtime/caller';
import { emulatorEnvironment } from '../support/shared-servers';

const us = `${userInfo().username}@${hostname()}`;

/** Takes a request and never answers it. */
async function silentServer(): Promise<{ server: Server; endpoint: string }> {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('of a bucket, STS says whose credentials they are', async () => {
  const caller = await callerOf('s3://shop-backups', emulatorEnvironment());
  expect(caller).toEqual({ identity: 'arn:aws:sts::123456789012:user/moto', osUser: us });
});

it('of a directory, nobody asks AWS', async () => {
  expect(await callerOf('file:backups', emulatorEnvironment())).toEqual({ osUser: us });
});

it('an STS that is not there leaves the identity out and fails nothing', async () => {
  const nobodyListens = { ...emulatorEnvironment(), AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' };
  expect(await callerOf('s3://shop-backups', nobodyListens)).toEqual({ osUser: us });
});

it('an STS that never answers is not waited for', async () => {
  const { server, endpoint } = await silentServer();
  const silent = { ...emulatorEnvironment(), AWS_ENDPOINT_URL_STS: endpoint };
  expect(await callerOf('s3://shop-backups', silent, { patienceMs: 100 })).toEqual({ osUser: us });
  server.closeAllConnections();
  server.close();
});

it('a user without a name, as in a container, is told by number', () => {
  const nameless = () => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  };
  expect(osUser(nameless)).toBe(`uid ${process.getuid?.()}@${hostname()}`);
});
