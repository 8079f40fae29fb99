import {
  CreateAliasCommand,
  CreateKeyCommand,
  KMSClient,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';
import { createPublicKey, verify } from 'node:crypto';
import { keySha256 } from '../../lib/contract/envelope';
import { KmsSigner, kmsClient } from '../../lib/runtime/kms-signer';
import { openSigner, openTrust } from '../../lib/runtime/open-signer';
import { encodeEnvelope, openEnvelope, sign } from '../../lib/runtime/signed-document';
import { freePort } from '../support/spawn';
import { emulatorEnvironment } from '../support/shared-servers';

const payload = { type: 'recovery-point', version: 1, database: 'shop' };
const name = 'manifests/postgres/shop/x.json';
let kms: KMSClient;

beforeAll(() => {
  Object.assign(process.env, emulatorEnvironment());
  kms = new KMSClient({});
});
afterAll(() => {
  kms.destroy();
});

async function createKey(
  input: CreateKeyCommandInput = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  return { id: KeyMetadata!.KeyId!, arn: KeyMetadata!.Arn! };
}

test('what KMS signs, its public key verifies offline, however the key is named', async () => {
  const { id, arn } = await createKey();
  await kms.send(new CreateAliasCommand({ AliasName: `alias/${id}`, TargetKeyId: id }));
  for (const key of [id, arn, `alias/${id}`]) {
    const signer = await openSigner(`kms:${key}`);
    const { keySha256: named, signature } = (await signer.sign(Buffer.from('bytes')))!;
    const [pem] = await signer.trustedPublicKeys();
    expect(named).toBe(keySha256(createPublicKey(pem!)));
    expect(verify('sha256', Buffer.from('bytes'), pem!, signature)).toBe(true);
    expect(verify('sha256', Buffer.from('other'), pem!, signature)).toBe(false);
  }
});

test('a document longer than KMS takes as a message is signed', async () => {
  const signer = await openSigner(`kms:${(await createKey()).id}`);
  const long = { ...payload, text: 'x'.repeat(100_000) };
  const bytes = encodeEnvelope(await sign(long, signer));
  expect(openEnvelope(bytes, await openTrust(signer), { name })).toEqual(long);
});

test('a document of another key is refused', async () => {
  const [one, two] = await Promise.all([createKey(), createKey()]);
  const bytes = encodeEnvelope(await sign(payload, await openSigner(`kms:${one.id}`)));
  const trusted = await openTrust(await openSigner(`kms:${two.id}`));
  expect(() => openEnvelope(bytes, trusted, { name })).toThrow('is signed by the key');
});

test.each<[string, CreateKeyCommandInput]>([
  ['secp384r1', { KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' }],
  ['rsa', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }],
])('a key of kind %s is refused', async (kind, input) => {
  const signer = await openSigner(`kms:${(await createKey(input)).id}`);
  await expect(signer.sign(Buffer.from('x'))).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining(`of kind ${kind}`) as string,
  });
});

test('a key that does not exist is named', async () => {
  const signer = await openSigner('kms:alias/nobody');
  await expect(signer.trustedPublicKeys()).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(/^kms:alias\/nobody: NotFoundException/) as string,
  });
});

test.each([
  ['AWS_ACCESS_KEY_ID', 'CredentialsProviderError', 'AWS_PROFILE'],
  ['AWS_REGION', 'Region is missing', 'set AWS_REGION'],
])('without %s it is said what this machine lacks', async (variable, message, hint) => {
  const before = { ...process.env };
  const [none, name] = ['/nowhere', 'AWS_DEFAULT_REGION'];
  Object.assign(process.env, { AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none });
  Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true' });
  try {
    for (const gone of [variable, name]) Reflect.deleteProperty(process.env, gone);
    const signer = await openSigner('kms:alias/x');
    await expect(signer.trustedPublicKeys()).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining(hint) as string,
    });
  } finally {
    process.env = before;
  }
});

test('a KMS out of reach fails the signature', async () => {
  const signer = new KmsSigner('alias/x', kmsClient({ endpoint: `http://127.0.0.1:${await freePort()}` }));
  await expect(signer.sign(Buffer.from('x'))).rejects.toMatchObject({
    kind: 'store-failed',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
});
