import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { defaultKeyFile, openStoreOf, publicKeyOption, signerOf, trustOf } from '../../lib/cli/options';
import { createKeyFile } from '../../lib/runtime/file-signer';
import { readPublicKey } from '../../lib/runtime/pem-files';

let home: string;

beforeEach(() => (home = mkdtempSync(path.join(tmpdir(), 'backstop-home-'))));
afterEach(() => {
  rmSync(home, { recursive: true });
});

async function defaultKey(): Promise<string> {
  mkdirSync(path.dirname(defaultKeyFile(home)), { recursive: true });
  return readPublicKey(await createKeyFile(defaultKeyFile(home)));
}

const store = 'file:backups';

test('without a store nothing is opened', () => {
  expect(() => openStoreOf({})).toThrow('No store is named.');
});

test('what is no store is told before anything about keys', async () => {
  const told = { message: expect.stringContaining('"backups" is no store') };
  await expect(signerOf({ store: 'backups' }, home)).rejects.toMatchObject(told);
  await expect(trustOf({ store: 'backups' }, home)).rejects.toMatchObject(told);
});

test('a directory store is signed with the default key once it was made, and never makes it by the way', async () => {
  await expect(signerOf({ store }, home)).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('backstop keys create'),
  });
  const pem = await defaultKey();
  const signer = await signerOf({ store }, home);
  expect(await signer.trustedPublicKeys()).toEqual([pem]);
  expect(await trustOf({ store }, home)).toEqual({ keys: [pem], allowUnsigned: false });
});

test('a bucket never falls back to the default key', async () => {
  await defaultKey();
  const options = { store: 's3://backups' };
  await expect(signerOf(options, home)).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('kms:KEY'),
  });
  await expect(trustOf(options, home)).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('--public-key FILE'),
  });
});

test('named public keys are trusted instead of the default key', async () => {
  await defaultKey();
  const other = await createKeyFile(path.join(home, 'other.pem'));
  expect(await trustOf({ store, publicKey: [other] }, home)).toEqual({
    keys: [await readPublicKey(other)],
    allowUnsigned: false,
  });
});

test('unsigned manifests are believed only where the signer none is named', async () => {
  await expect(trustOf({ store }, home)).rejects.toMatchObject({ kind: 'usage' });
  expect(await trustOf({ store, signer: 'none' }, home)).toEqual({ keys: [], allowUnsigned: true });
  const key = await createKeyFile(path.join(home, 'other.pem'));
  expect(await trustOf({ store, publicKey: [key] }, home)).toMatchObject({ allowUnsigned: false });
});

test.each([
  [
    ['--public-key', 'a.pem', 'b.pem'],
    ['a.pem', 'b.pem'],
  ],
  [
    ['--public-key', 'a.pem', '--public-key', 'b.pem'],
    ['a.pem', 'b.pem'],
  ],
  [[], ['c.pem', 'd.pem']],
])('public keys are read from %j', (argv, files) => {
  process.env['BACKSTOP_PUBLIC_KEYS'] = 'c.pem,d.pem';
  try {
    const command = new Command().addOption(publicKeyOption()).parse(argv, { from: 'user' });
    expect(command.opts()).toEqual({ publicKey: files });
  } finally {
    delete process.env['BACKSTOP_PUBLIC_KEYS'];
  }
});
