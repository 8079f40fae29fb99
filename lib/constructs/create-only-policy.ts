/**
 * The bucket policy that makes a backup bucket create-only: whatever an identity policy allows, no principal overwrites
 * or deletes an object or weakens the bucket. Lifecycle is no principal and expires objects all the same
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html).
 */
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { longestLifeDays } from '../contract/retention';
import type { KeptDatabase } from '../settings/database-schema';
import { denyToOthers, type Guardians } from './guardians';

export interface CreateOnlyPolicyProps {
  readonly bucketArn: string;
  readonly keyArn: string;
  readonly guardians: Guardians;
  /** It alone, beside break-glass, locks, holds and tags objects. */
  readonly keeperRoleArn: string;
  /** The longest time, in days, for which anybody may lock an object. */
  readonly longestLockDays: number;
}

/** Deletes an object, or adds a version above it, or makes it unreadable. */
const DESTROYS_OBJECTS = [
  's3:BypassGovernanceRetention',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:ReplicateDelete',
  's3:ReplicateObject',
  's3:UpdateObjectEncryption',
];

/**
 * Decides how long an object stays. Tag and lock can be given at an object's birth as well: S3 asks for the same permissions
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html), so a put cannot bring them along.
 */
const DECIDES_HOW_LONG = [
  's3:DeleteObjectTagging',
  's3:DeleteObjectVersionTagging',
  's3:PutObjectLegalHold',
  's3:PutObjectRetention',
  's3:PutObjectTagging',
  's3:PutObjectVersionTagging',
];

/** Takes away the protection, so that a later request could destroy. */
const WEAKENS_BUCKET = [
  's3:DeleteBucketPolicy',
  's3:PutBucketAcl',
  's3:PutBucketLogging',
  's3:PutBucketNotification',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketOwnershipControls',
  's3:PutBucketPolicy',
  's3:PutBucketPublicAccessBlock',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
];

export function createOnlyPolicy(props: CreateOnlyPolicyProps): PolicyStatement[] {
  const { bucketArn, guardians } = props;
  const objects = `${bucketArn}/*`;
  return [
    ...uploadConditions(props, objects),
    denyToOthers({
      sid: 'DenyDestructionOfObjects',
      actions: DESTROYS_OBJECTS,
      resources: [objects],
      exceptRoleArns: [guardians.breakGlassRoleArn],
    }),
    denyToOthers({
      sid: 'DenyTagsAndLocks',
      actions: DECIDES_HOW_LONG,
      resources: [objects],
      exceptRoleArns: [props.keeperRoleArn, guardians.breakGlassRoleArn],
    }),
    denyToOthers({
      sid: 'DenyDeletionOfTheBucket',
      actions: ['s3:DeleteBucket'],
      resources: [bucketArn],
      exceptRoleArns: [guardians.breakGlassRoleArn],
    }),
    denyToOthers({
      sid: 'DenyWeakeningOfTheBucket',
      actions: WEAKENS_BUCKET,
      resources: [bucketArn],
      exceptRoleArns: [guardians.deploymentRoleArn, guardians.breakGlassRoleArn],
    }),
  ];
}

export function longestLockDays(databases: Readonly<Record<string, KeptDatabase>>): number {
  return Math.max(...Object.values(databases).map(({ keepDays }) => longestLifeDays(keepDays)));
}

function uploadConditions(
  { keyArn, longestLockDays }: CreateOnlyPolicyProps,
  objects: string,
): PolicyStatement[] {
  return [
    /**
     * CreateMultipartUpload and UploadPart take no conditional header and make no object; CompleteMultipartUpload and
     * PutObject do, and a copy cannot (…/userguide/conditional-writes-enforce.html).
     */
    denyPut('DenyOverwriting', 's3:PutObject', objects, {
      Null: { 's3:if-none-match': 'true' },
      Bool: { 's3:ObjectCreationOperation': 'true' },
    }),
    /**
     * Policies see the request before the bucket's default encryption: a request without the header is right. A negated
     * operator alone is also true where the key is absent, hence Null.
     */
    denyPut('DenyOtherEncryption', 's3:PutObject', objects, {
      Null: { 's3:x-amz-server-side-encryption': 'false' },
      StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' },
    }),
    denyPut('DenyOtherKeys', 's3:PutObject', objects, {
      Null: { 's3:x-amz-server-side-encryption-aws-kms-key-id': 'false' },
      StringNotEquals: { 's3:x-amz-server-side-encryption-aws-kms-key-id': keyArn },
    }),
    /** A lock cannot be taken back: nobody may make the bucket pay for a century. */
    denyPut('DenyEndlessLocks', 's3:PutObjectRetention', objects, {
      NumericGreaterThan: { 's3:object-lock-remaining-retention-days': `${longestLockDays}` },
    }),
  ];
}

function denyPut(
  sid: string,
  action: string,
  objects: string,
  conditions: Record<string, Record<string, string>>,
) {
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [action],
    resources: [objects],
    conditions,
  });
}
