/** What every bucket of an installation has in common. */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  BlockedEncryptionType,
  BlockPublicAccess,
  ObjectOwnership,
  type Bucket,
  type BucketProps,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Tag of each bucket: guard rules and cost reports tell by it what lies inside. */
export const CONTENT_TAG = 'backstop:content';

/**
 * Names are deterministic, so that other stacks and the local rehearsal know them without a reference. They carry
 * account and region because bucket names are global.
 */
export function bucketName(scope: Construct, installation: string, purpose: string): string {
  const { account, region } = Stack.of(scope);
  return `${installation}-${purpose}-${account}-${region}`;
}

export const PRIVATE_BUCKET = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  versioned: true,
  /** With SSE-C a thief could encrypt an object with a key that only he knows. */
  blockedEncryptionTypes: [BlockedEncryptionType.SSE_C],
  /** Kept for ever once it was made; only a creation that fails takes its empty bucket, and so its name, back. */
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
} as const satisfies BucketProps;

/** A resource of its own, which would else go with its stack and leave the bucket behind without its denials. */
export function retainPolicy({ policy }: Bucket): void {
  policy?.applyRemovalPolicy(PRIVATE_BUCKET.removalPolicy);
}
