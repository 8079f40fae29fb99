/** From the name of a signer, as operators and task definitions write it, to the signer. */
import { Failure } from '../contract/failure';
import { FileSigner } from './file-signer';
import { kmsClient, KmsSigner } from './kms-signer';
import { readPublicKey } from './pem-files';
import { noSigner, publicKeySigner } from './public-key-signer';
import type { Signer } from './signer';

/**
 * @param spec `kms:` and id, alias or ARN of a key; `file:` and a private key's file; `public:` and a public key's
 * file, which verifies and cannot sign; or `none`
 * @throws Failure `usage`
 */
export async function openSigner(spec: string): Promise<Signer> {
  const [, kind, name = ''] = /^(kms|file|public):(.+)$/.exec(spec) ?? [];
  if (kind === 'kms') return new KmsSigner(name, kmsClient());
  if (kind === 'file') return FileSigner.open(name);
  if (kind === 'public') return publicKeySigner(name);
  if (spec === 'none') return noSigner;
  throw new Failure(
    'usage',
    `${JSON.stringify(spec)} is no signer; allowed are kms:KEY, file:PATH, public:PATH and none.`,
    {
      hint: 'KEY is id, alias/NAME or ARN; PATH is a private (file:) or public (public:) key in PEM format.',
    },
  );
}

/**
 * Whose signatures are accepted.
 * @param files further public keys (PEM): of a signer that was replaced, or of another account
 * @returns public keys, PEM
 */
export async function openTrust(signer: Signer, files: readonly string[] = []): Promise<readonly string[]> {
  return [...(await signer.trustedPublicKeys()), ...(await Promise.all(files.map(readPublicKey)))];
}
