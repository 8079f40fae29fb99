/** Keys in PEM files: what is read from them is P-256, the one curve that signatures use. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { keySha256 } from '../contract/envelope';
import { Failure, messageOf } from '../contract/failure';

const CURVE = 'prime256v1';

/** @throws Failure `usage` where others than the owner may read the file, or it holds no private P-256 key */
export async function readPrivateKey(file: string): Promise<KeyObject> {
  const text = await readText(file);
  const { mode } = await stat(file);
  if ((mode & 0o077) !== 0)
    throw new Failure(
      'usage',
      `${file} can be used by others: its mode is ${(mode & 0o777).toString(8)}, allowed is 600.`,
      {
        hint: `Run: chmod 600 ${file} - and make a new key if somebody may have read this one.`,
      },
    );
  if (text.includes('PUBLIC KEY'))
    throw new Failure('usage', `${file} is a public key; to sign, the private one is needed.`, {
      hint: `To verify only, write public:${file}.`,
    });
  return checkedKey(file, () => createPrivateKey(text));
}

/** @throws Failure `usage` where the file holds no public P-256 key */
export async function readPublicKey(file: string): Promise<string> {
  const text = await readText(file);
  if (text.includes('PRIVATE KEY'))
    throw new Failure('usage', `${file} is a private key; to trust a signer, its public key is enough.`, {
      hint: 'Name the file that ends in .pub.pem.',
    });
  return publicPem(checkedKey(file, () => createPublicKey(text)));
}

/** @param key public, or the private key whose public half is wanted */
export function publicPem(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new Failure('usage', `The key file ${file} cannot be read: ${messageOf(error)}`, {
      hint: 'Check the path: it counts from the folder where you type. "backstop keys create" makes a key; of a signer in KMS the public one is an output of the compute stack.',
      cause: error,
    });
  });
}

/** @param name for messages: the file, or the signer */
export function checkedKey(name: string, read: () => KeyObject): KeyObject {
  const hint = 'Make a key with "backstop keys create", or take the signing key of the storage stack.';
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw new Failure('usage', `${name} holds no key that can be read.`, { hint, cause: error });
  }
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'unknown';
  if (kind !== CURVE)
    throw new Failure('usage', `${name} holds a key of kind ${kind}; allowed is P-256 (${CURVE}).`, { hint });
  return key;
}

/** How messages name public keys (PEM): by their SHA-256. */
export function trustedKeyIds(pems: readonly string[]): string {
  return pems.length === 0 ? 'none' : pems.map((pem) => keySha256(createPublicKey(pem))).join(', ');
}
