import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runningImageDigest } from '../../lib/runtime/running-image';

const DIGEST = `sha256:${'a1'.repeat(32)}`;

let server: Server | undefined;
afterEach(() => server?.close());

/** As ECS answers inside a container. */
async function digestFrom(status: number, body: string): Promise<string | undefined> {
  const metadata = createServer((_, response) => response.writeHead(status).end(body));
  server = metadata;
  await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
  const { port } = metadata.address() as AddressInfo;
  return runningImageDigest({ ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/abc` });
}

test('inside ECS the image is known by its digest', async () => {
  expect(await digestFrom(200, JSON.stringify({ DockerId: 'abc', ImageID: DIGEST }))).toBe(DIGEST);
});

test.each([
  ['no JSON', 200, 'busy'],
  ['an error', 500, '{}'],
  ['an image without a digest', 200, '{"ImageID":"latest"}'],
])('%s tells nothing, and ends nothing', async (_, status, body) => {
  expect(await digestFrom(status, body)).toBeUndefined();
});

test('outside ECS nobody is asked', async () => {
  expect(await runningImageDigest({})).toBeUndefined();
});
