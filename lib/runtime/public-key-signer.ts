/** Trusts one public key file and cannot sign: restore and check offline, with nothing but the bucket's PEM file. */
import { Failure } from '../contract/failure';
import { readPublicKey } from './pem-files';
import type { Signer } from './signer';

/** @throws Failure `usage`, see readPublicKey */
export async function publicKeySigner(file: string): Promise<Signer> {
  const pem = await readPublicKey(file);
  const name = `public:${file}`;
  return {
    name,
    trustedPublicKeys: () => Promise.resolve([pem]),
    sign: () =>
      Promise.reject(
        new Failure('usage', `${name} verifies signatures; it cannot sign.`, {
          hint: 'Sign with kms:KEY or file:PATH (a private key), or choose none.',
        }),
      ),
  };
}

/** Signs nothing and trusts nobody: an explicit choice. */
export const noSigner: Signer = {
  name: 'none',
  trustedPublicKeys: () => Promise.resolve([]),
  sign: () => Promise.resolve(null),
};
