import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keySha256 } from '../../lib/contract/envelope';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { publicKeySigner } from '../../lib/runtime/public-key-signer';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'backstop-keys-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const inHome = (name: string) => path.join(home, name);
const usage = (text: string) => ({ kind: 'usage', message: expect.stringContaining(text) as string });

test('a key is made for its owner alone, beside its public half, and never overwritten', async () => {
  const publicFile = await createKeyFile(inHome('key'));
  expect(publicFile).toBe(inHome('key.pub.pem'));
  expect((statSync(inHome('key')).mode & 0o777).toString(8)).toBe('600');
  expect(readFileSync(publicFile, 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  const before = readFileSync(inHome('key'), 'utf8');
  await expect(createKeyFile(inHome('key'))).rejects.toMatchObject(usage('exists already'));
  await expect(createKeyFile(inHome('no/folder'))).rejects.toMatchObject(usage('cannot be written'));
  expect(readFileSync(inHome('key'), 'utf8')).toBe(before);
});

test('no private key is left without its public half', async () => {
  writeFileSync(inHome('key.pub.pem'), 'of another key');
  await expect(createKeyFile(inHome('key'))).rejects.toMatchObject(usage('key.pub.pem'));
  expect(readdirSync(home)).toEqual(['key.pub.pem']);
});

test('what it signs, the public key file verifies offline', async () => {
  const publicFile = await createKeyFile(inHome('key'));
  const signer = await FileSigner.open(inHome('key'));
  const { keySha256: id, signature } = await signer.sign(Buffer.from('bytes'));
  const publicKey = createPublicKey(readFileSync(publicFile));
  expect(id).toBe(keySha256(publicKey));
  expect(verify('sha256', Buffer.from('bytes'), publicKey, signature)).toBe(true);
  expect(verify('sha256', Buffer.from('other'), publicKey, signature)).toBe(false);
  expect(await (await publicKeySigner(publicFile)).trustedPublicKeys()).toEqual(
    await signer.trustedPublicKeys(),
  );
});

test.each([0o644, 0o640, 0o602, 0o660])('a key file of mode %o is refused', async (mode) => {
  await createKeyFile(inHome('key'));
  chmodSync(inHome('key'), mode);
  await expect(FileSigner.open(inHome('key'))).rejects.toMatchObject({
    ...usage(mode.toString(8)),
    hint: expect.stringContaining('chmod 600') as string,
  });
});

test('a file without a private P-256 key is refused', async () => {
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const files: Record<string, string | Buffer> = {
    text: 'no key',
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem),
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pem),
    ed25519: generateKeyPairSync('ed25519').privateKey.export(pem),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(inHome(name), text, { mode: 0o600 });
  await expect(FileSigner.open(inHome('text'))).rejects.toMatchObject(usage('no key that can be read'));
  await expect(FileSigner.open(inHome('rsa'))).rejects.toMatchObject(usage('of kind rsa'));
  await expect(FileSigner.open(inHome('p384'))).rejects.toMatchObject(usage('of kind secp384r1'));
  await expect(FileSigner.open(inHome('ed25519'))).rejects.toMatchObject(usage('of kind ed25519'));
  await expect(FileSigner.open(inHome('absent'))).rejects.toMatchObject(usage('cannot be read'));
});

test('public and private key files are told apart', async () => {
  const publicFile = await createKeyFile(inHome('key'));
  chmodSync(publicFile, 0o600);
  await expect(FileSigner.open(publicFile)).rejects.toMatchObject(usage('is a public key'));
  await expect(publicKeySigner(inHome('key'))).rejects.toMatchObject(usage('is a private key'));
});

test('a public key cannot sign', async () => {
  const signer = await publicKeySigner(await createKeyFile(inHome('key')));
  await expect(signer.sign(Buffer.from('x'))).rejects.toMatchObject(usage('cannot sign'));
});
