/** Signs with an asymmetric KMS key, which never leaves KMS: needs kms:Sign and kms:GetPublicKey on it. */
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { createHash, createPublicKey } from 'node:crypto';
import { keySha256, SIGNATURE_ALGORITHM } from '../contract/envelope';
import { Failure } from '../contract/failure';
import { awsError, missingSetupHint } from './aws-error';
import { checkedKey, publicPem } from './pem-files';
import type { Signature, Signer } from './signer';

const KEY_USAGE = 'SIGN_VERIFY';
/** Codes that no second try will change: the key, or the right to use it, is wrong. */
const USAGE_CODES = [
  'NotFoundException',
  'ValidationException',
  'InvalidArnException',
  'InvalidKeyUsageException',
];

/** Credentials, region and endpoint come from the SDK's standard environment. */
export function kmsClient(options: { readonly endpoint?: string } = {}): KMSClient {
  return new KMSClient({
    ...options,
    maxAttempts: 5,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 30_000 },
  });
}

export class KmsSigner implements Signer {
  readonly name: string;
  private publicKey: Promise<string> | undefined;

  /** @param keyId id, `alias/name` or ARN of a key of spec ECC_NIST_P256 for SIGN_VERIFY */
  constructor(
    private readonly keyId: string,
    private readonly client: KMSClient,
  ) {
    this.name = `kms:${keyId}`;
  }

  async trustedPublicKeys(): Promise<readonly string[]> {
    this.publicKey ??= this.readPublicKey();
    return [await this.publicKey];
  }

  /** KMS takes at most 4096 bytes of a message, but the digest of any. */
  async sign(bytes: Uint8Array): Promise<Signature> {
    const [pem = ''] = await this.trustedPublicKeys();
    const command = new SignCommand({
      KeyId: this.keyId,
      Message: createHash('sha256').update(bytes).digest(),
      MessageType: 'DIGEST',
      SigningAlgorithm: SIGNATURE_ALGORITHM,
    });
    const { Signature: signature } = await this.client.send(command).catch((error: unknown) => {
      throw this.failure('kms:Sign', error);
    });
    if (signature === undefined)
      throw new Failure('store-failed', `${this.name}: KMS answered without a signature.`);
    return { keySha256: keySha256(createPublicKey(pem)), signature };
  }

  private async readPublicKey(): Promise<string> {
    const answer = await this.client
      .send(new GetPublicKeyCommand({ KeyId: this.keyId }))
      .catch((error: unknown) => {
        this.publicKey = undefined;
        throw this.failure('kms:GetPublicKey', error);
      });
    if (answer.KeyUsage !== KEY_USAGE || answer.PublicKey === undefined)
      throw new Failure(
        'usage',
        `${this.name} is a key for ${answer.KeyUsage ?? 'nothing'}; allowed is ${KEY_USAGE}.`,
        { hint: 'Name the signing key of the storage stack.' },
      );
    const key = Buffer.from(answer.PublicKey);
    return publicPem(checkedKey(this.name, () => createPublicKey({ key, format: 'der', type: 'spki' })));
  }

  private failure(permission: string, error: unknown): Failure {
    const { code, text } = awsError(error);
    const hint =
      code === 'AccessDeniedException'
        ? `The role needs ${permission} on this key, in its policy and in the key's.`
        : 'Check the name of the key (an alias is written kms:alias/NAME), the region (AWS_REGION) and the credentials: aws sts get-caller-identity.';
    return new Failure(USAGE_CODES.includes(code) ? 'usage' : 'store-failed', `${this.name}: ${text}`, {
      hint: missingSetupHint(error) ?? hint,
      cause: error,
    });
  }
}
