import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createKeyFile } from '../../lib/runtime/file-signer';
import { openSigner, openTrust } from '../../lib/runtime/open-signer';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'backstop-signers-'));
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

test('a signer is named by its kind and place', async () => {
  const key = path.join(home, 'key');
  const publicFile = await createKeyFile(key);
  for (const spec of [`file:${key}`, `public:${publicFile}`, 'kms:alias/x', 'none']) {
    expect((await openSigner(spec)).name).toBe(spec);
  }
});

test('trust is the signer and the named public keys', async () => {
  const [one, two] = [path.join(home, 'one'), path.join(home, 'two')];
  const files = [await createKeyFile(one), await createKeyFile(two)];
  const pems = files.map((file) => readFileSync(file, 'utf8'));
  expect(await openTrust(await openSigner(`file:${one}`), files.slice(1))).toEqual(pems);
  expect(await openTrust(await openSigner('none'))).toEqual([]);
  await expect(openTrust(await openSigner('none'), [one])).rejects.toMatchObject({ kind: 'usage' });
});

test('none signs nothing', async () => {
  expect(await (await openSigner('none')).sign(Buffer.from('x'))).toBeNull();
});

test.each(['', 'kms:', 'file:', 'alias/x', 'None', 'gpg:me'])('%j is refused', async (spec) => {
  await expect(openSigner(spec)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('allowed are kms:KEY') as string,
  });
});
