import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Envelope } from '../../lib/contract/envelope';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { noSigner } from '../../lib/runtime/public-key-signer';
import { encodeEnvelope, MAX_DOCUMENT_BYTES, openEnvelope, sign } from '../../lib/runtime/signed-document';
import type { Signer } from '../../lib/runtime/signer';

const payload = {
  type: 'recovery-point',
  version: 1,
  rows: 42,
  names: ['ü', '😀', 'a/b'],
  nested: { b: null, a: 1.5e300 },
};
const name = 'manifests/postgres/shop/x.json';
let home: string;
let signer: Signer;
let other: Signer;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'backstop-documents-'));
  signer = await newSigner(path.join(home, 'one'));
  other = await newSigner(path.join(home, 'two'));
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

async function newSigner(file: string): Promise<Signer> {
  await createKeyFile(file);
  return FileSigner.open(file);
}

async function open(bytes: Uint8Array, by: Signer, allowUnsigned = false) {
  return openEnvelope(bytes, await by.trustedPublicKeys(), { name, allowUnsigned });
}

const faulty = (text: string) => ({
  kind: 'stored-data-faulty',
  message: expect.stringContaining(text) as string,
});

test('a signed document comes back as it was', async () => {
  expect(await open(encodeEnvelope(await sign(payload, signer)), signer)).toEqual(payload);
});

test('its signature does not depend on how the JSON is written', async () => {
  const { signature } = await sign(payload, signer);
  const reordered = Object.fromEntries(Object.entries(payload).reverse());
  expect(await open(Buffer.from(JSON.stringify({ signature, payload: reordered })), signer)).toEqual(payload);
});

test('an edited document is refused', async () => {
  const envelope = await sign(payload, signer);
  const edited: Envelope = { ...envelope, payload: { ...payload, rows: 43 } };
  await expect(open(encodeEnvelope(edited), signer)).rejects.toMatchObject(
    faulty('changed after it was signed'),
  );
  await expect(open(encodeEnvelope(edited), signer, true)).rejects.toMatchObject(faulty(name));
});

test('an added field is refused', async () => {
  const envelope = await sign(payload, signer);
  const edited: Envelope = { ...envelope, payload: { ...payload, extra: true } };
  await expect(open(encodeEnvelope(edited), signer)).rejects.toMatchObject(
    faulty('changed after it was signed'),
  );
});

test('the signature of another document is refused', async () => {
  const { signature } = await sign({ ...payload, rows: 1 }, signer);
  await expect(open(encodeEnvelope({ payload, signature }), signer)).rejects.toMatchObject(
    faulty('changed after'),
  );
});

test('a document of a signer that is not trusted is refused, and both keys are named', async () => {
  const envelope = await sign(payload, other);
  const refused = open(encodeEnvelope(envelope), signer);
  await expect(refused).rejects.toMatchObject(faulty(`signed by the key ${envelope.signature!.keySha256}`));
  const trusted = (await sign(payload, signer)).signature!.keySha256;
  await expect(refused).rejects.toMatchObject(faulty(`trusted are ${trusted}.`));
  await expect(open(encodeEnvelope(envelope), noSigner, true)).rejects.toMatchObject(
    faulty('trusted are none.'),
  );
});

test('any of several trusted keys will do', async () => {
  const trusted = [...(await other.trustedPublicKeys()), ...(await signer.trustedPublicKeys())];
  expect(openEnvelope(encodeEnvelope(await sign(payload, signer)), trusted, { name })).toEqual(payload);
});

test('an unsigned document is refused unless it is asked for', async () => {
  const bytes = encodeEnvelope(await sign(payload, noSigner));
  await expect(open(bytes, signer)).rejects.toMatchObject(faulty('carries no signature'));
  expect(await open(bytes, signer, true)).toEqual(payload);
});

test('a signature taken away is an unsigned document', async () => {
  const { payload: kept } = await sign(payload, signer);
  await expect(open(encodeEnvelope({ payload: kept, signature: null }), signer)).rejects.toMatchObject(
    faulty('carries no signature'),
  );
});

test.each([
  ['', 'is not JSON'],
  ['{"payload":', 'is not JSON'],
  ['"text"', 'is not a signed document'],
  ['{}', 'is not a signed document'],
  ['{"payload":{"type":"x","version":"1"},"signature":null}', 'version'],
  ['{"payload":{"type":"x","version":1},"signature":null,"more":1}', 'more'],
  ['{"payload":{"type":"x","version":1}}', 'signature'],
  [
    '{"payload":{"type":"x","version":1},"signature":{"algorithm":"none","keySha256":"","value":""}}',
    'algorithm',
  ],
])('%j is refused', async (text, reason) => {
  await expect(open(Buffer.from(text), signer, true)).rejects.toMatchObject(faulty(reason));
});

test('bytes that are not UTF-8 are refused', async () => {
  const bytes = encodeEnvelope(await sign({ ...payload, text: 'x' }, noSigner));
  bytes[bytes.indexOf('"x"') + 1] = 0xff;
  await expect(open(bytes, signer, true)).rejects.toMatchObject(faulty('is not JSON'));
});

test('text that no signer could have signed is refused', async () => {
  const { signature } = await sign(payload, signer);
  const bytes = Buffer.from(
    `{"payload":{"type":"x","version":1,"text":"\\ud800"},"signature":${JSON.stringify(signature)}}`,
  );
  await expect(open(bytes, signer)).rejects.toMatchObject(faulty('no canonical form'));
});

test('a document that is too large is refused before it is read', async () => {
  await expect(open(new Uint8Array(MAX_DOCUMENT_BYTES + 1), signer)).rejects.toMatchObject(
    faulty('has 268435457 bytes'),
  );
});

test('a signer whose own key does not accept its signature is caught at once', async () => {
  const confused: Signer = {
    ...other,
    name: 'confused',
    trustedPublicKeys: () => signer.trustedPublicKeys(),
    sign: (bytes) => other.sign(bytes),
  };
  await expect(sign(payload, confused)).rejects.toMatchObject({ kind: 'unexpected' });
});
