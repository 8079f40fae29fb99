/** Tells a deployment the public half of a signing key: whoever has it verifies without AWS. */
import { createPublicKey } from 'node:crypto';
import { keySha256 } from '../contract/envelope';
import { Failure, messageOf } from '../contract/failure';
import type { PublicKeyAnswer, PublicKeyAttributes, PublicKeyRequest } from '../contract/public-key-request';
import type { Signer } from '../runtime/signer';

/** Never throws: a deployment that gets no answer waits for an hour. Nothing is to be done for a deletion. */
export async function publicKeyAnswer(
  request: PublicKeyRequest,
  openSigner: (keyArn: string) => Promise<Signer>,
): Promise<PublicKeyAnswer> {
  const { StackId, RequestId, LogicalResourceId, ResourceProperties, RequestType } = request;
  const PhysicalResourceId = ResourceProperties.KeyArn;
  const answer = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  if (RequestType === 'Delete') return { ...answer, Status: 'SUCCESS' };
  try {
    const Data = await attributesOf(await openSigner(PhysicalResourceId));
    return { ...answer, Status: 'SUCCESS', Data };
  } catch (error) {
    return { ...answer, Status: 'FAILED', Reason: messageOf(error) };
  }
}

async function attributesOf(signer: Signer): Promise<PublicKeyAttributes> {
  const [Pem] = await signer.trustedPublicKeys();
  if (Pem === undefined) throw new Failure('usage', `${signer.name} has no public key.`);
  return { Pem, Sha256: keySha256(createPublicKey(Pem)) };
}
