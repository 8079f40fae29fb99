/** Called by CloudFormation for each signing key, at deployment only. */
import { publicKeyRequestSchema } from '../../lib/contract/public-key-request';
import { publicKeyAnswer } from '../../lib/operations/tell-public-key';
import { answerCloudFormation } from '../../lib/runtime/answer-cloudformation';
import { openSigner } from '../../lib/runtime/open-signer';

export async function handler(event: unknown): Promise<void> {
  const request = publicKeyRequestSchema.parse(event);
  const answer = await publicKeyAnswer(request, (keyArn) => openSigner(`kms:${keyArn}`));
  await answerCloudFormation(request.ResponseURL, answer);
}
