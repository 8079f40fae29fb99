/** Signs with a P-256 key in a file (PKCS#8 PEM, mode 600): for stores outside AWS. */
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { Failure, messageOf } from '../contract/failure';
import { keySha256 } from '../contract/envelope';
import { publicPem, readPrivateKey } from './pem-files';
import type { Signature, Signer } from './signer';

export class FileSigner implements Signer {
  private constructor(
    readonly name: string,
    private readonly key: KeyObject,
  ) {}

  /** @throws Failure `usage`, see readPrivateKey */
  static async open(file: string): Promise<FileSigner> {
    return new FileSigner(`file:${file}`, await readPrivateKey(file));
  }

  trustedPublicKeys(): Promise<readonly string[]> {
    return Promise.resolve([publicPem(this.key)]);
  }

  sign(bytes: Uint8Array): Promise<Signature> {
    const signature = sign('sha256', bytes, { key: this.key, dsaEncoding: 'der' });
    return Promise.resolve({ keySha256: keySha256(createPublicKey(this.key)), signature });
  }
}

/**
 * Makes a key: the private one in `file` for its owner alone, the public one beside it, as `<name>.pub.pem`.
 * @throws Failure `usage` where one of the two exists
 * @returns the public key's file
 */
export async function createKeyFile(file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeNew(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  const publicFile = `${file.replace(/\.pem$/, '')}.pub.pem`;
  await writeNew(publicFile, publicPem(publicKey), 0o644).catch(async (error: unknown) => {
    await rm(file);
    throw error;
  });
  return publicFile;
}

async function writeNew(file: string, text: string | Buffer, mode: number): Promise<void> {
  await writeFile(file, text, { flag: 'wx', mode, flush: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new Failure('usage', `The key file ${file} cannot be written: ${messageOf(error)}`, {
        hint: 'Name a file in a folder that is there and that you may write to.',
        cause: error,
      });
    throw new Failure('usage', `The key file ${file} exists already; a key is never overwritten.`, {
      hint: 'Use it, or name another file. Backups signed by an old key need its public half.',
      cause: error,
    });
  });
}
