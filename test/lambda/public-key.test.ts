/** The bundled program, in a process of its own as in Lambda: from CloudFormation's event to the answer that it takes. */
import { createHash, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { lambdaBundle } from '../../lib/constructs/lambda-bundle';
import { kmsClient, KmsSigner } from '../../lib/runtime/kms-signer';
import { emulatorEnvironment } from '../support/shared-servers';
import { run } from '../support/spawn';

interface Taken {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

const folder = mkdtempSync(path.join(tmpdir(), 'backstop-public-key-'));
let taken: Taken[] = [];
let status = 200;
let cloudFormation: Server;
let keyArn: string;
beforeAll(async () => {
  Object.assign(process.env, emulatorEnvironment());
  const kms = new KMSClient();
  const created = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
  keyArn = created.KeyMetadata!.Arn!;
  kms.destroy();
  writeFileSync(path.join(folder, 'index.js'), lambdaBundle('public-key').code);
  cloudFormation = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { method, headers } = request;
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
        taken.push({ method, contentType: headers['content-type'], body });
        response.writeHead(status).end();
      });
  });
  await new Promise<void>((resolve) => cloudFormation.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  taken = [];
  status = 200;
});
afterAll(async () => {
  await new Promise((resolve) => cloudFormation.close(resolve));
  rmSync(folder, { recursive: true });
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
async function ask(RequestType: string, KeyArn = keyArn): Promise<void> {
  const { port } = cloudFormation.address() as AddressInfo;
  const event = {
    RequestType,
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:public-key',
    ResponseURL: `http://127.0.0.1:${port}/answer`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'ManifestKey',
    ResourceType: 'Custom::PublicKey',
    ResourceProperties: { ServiceToken: 'x', KeyArn },
  };
  const program = `require('./index.js').handler(${JSON.stringify(event)})`;
  const env = { ...emulatorEnvironment(), PATH: process.env['PATH'] };
  await run(process.execPath, ['-e', program], { cwd: folder, env });
}

const ADDRESSED = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'ManifestKey' };

test.each(['Create', 'Update'])(
  '%s is answered with the key, and the name by which manifests call it',
  async (type) => {
    await ask(type);
    const [pem = ''] = await new KmsSigner(keyArn, kmsClient()).trustedPublicKeys();
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    const Sha256 = createHash('sha256').update(der).digest('hex');
    expect(taken).toEqual([
      {
        method: 'PUT',
        // The address that CloudFormation gives is signed without one.
        contentType: '',
        body: { ...ADDRESSED, Status: 'SUCCESS', PhysicalResourceId: keyArn, Data: { Pem: pem, Sha256 } },
      },
    ]);
  },
);

test('a key that cannot be read fails the deployment at once, with the reason', async () => {
  await ask('Create', `${keyArn.slice(0, -4)}0000`);
  expect(taken).toMatchObject([
    { body: { ...ADDRESSED, Status: 'FAILED', Reason: expect.stringContaining('kms:') as string } },
  ]);
});

test('there is nothing to do for a deletion, even where the key is gone', async () => {
  await ask('Delete', `${keyArn.slice(0, -4)}0000`);
  expect(taken).toMatchObject([{ body: { Status: 'SUCCESS' } }]);
});

test('an answer that is refused is an error, so that Lambda tries again', async () => {
  status = 403;
  await expect(ask('Delete')).rejects.toThrow('refused the answer with HTTP 403');
});
