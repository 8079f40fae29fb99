/**
 * How CloudFormation asks for a public key, and what it is answered: the deployment shows it as an output
 * (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html).
 */
import { z } from 'zod';

export const PUBLIC_KEY_RESOURCE = 'Custom::PublicKey';

export const publicKeyRequestSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  ResourceProperties: z.object({ KeyArn: z.string() }),
});
export type PublicKeyRequest = z.infer<typeof publicKeyRequestSchema>;

/** What the resource has, as attributes. */
export interface PublicKeyAttributes {
  readonly Pem: string;
  /** SHA-256 of the key in DER, hex: manifests name their signer by it. */
  readonly Sha256: string;
}

export interface PublicKeyAnswer extends Pick<
  PublicKeyRequest,
  'StackId' | 'RequestId' | 'LogicalResourceId'
> {
  readonly Status: 'SUCCESS' | 'FAILED';
  /** CloudFormation replaces the resource when it changes: it is the key's ARN. */
  readonly PhysicalResourceId: string;
  readonly Reason?: string;
  readonly Data?: PublicKeyAttributes;
}
