/** What S3's errors mean for the operator. Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
import { Failure } from '../contract/failure';
import { awsError, missingSetupHint, type AwsError } from './aws-error';
import { StoreKeyExists } from './store';

/** Permissions by what was tried; reading goes by versions, so that a delete marker hides nothing. */
const PERMISSIONS = {
  put: 's3:PutObject and s3:AbortMultipartUpload on the object, and kms:GenerateDataKey and kms:Decrypt on the key of the bucket',
  get: 's3:GetObjectVersion on the object, s3:ListBucketVersions on the bucket, and kms:Decrypt on its key',
  head: 's3:GetObjectVersion, s3:GetObjectRetention and s3:GetObjectLegalHold on the object, s3:ListBucketVersions on the bucket',
  list: 's3:ListBucketVersions on the bucket',
  read: 's3:GetObject on the object and s3:ListBucket on the bucket',
  write: 's3:PutObject on the object',
  lock: 's3:GetObjectRetention and s3:PutObjectRetention on the object; the policy of the bucket leaves only the keeper through, and only so far into the future',
  hold: 's3:GetObjectLegalHold and s3:PutObjectLegalHold on the object; the policy of the bucket leaves only the keeper set or release one',
  tag: 's3:GetObjectVersionTagging and s3:PutObjectVersionTagging on the object; the policy of the bucket leaves only the keeper through',
  thaw: 's3:RestoreObject on the object',
  locks: 's3:GetBucketObjectLockConfiguration on the bucket',
  guardrails:
    's3:GetBucketVersioning, s3:GetBucketObjectLockConfiguration, s3:GetBucketPublicAccessBlock, s3:GetEncryptionConfiguration, s3:GetLifecycleConfiguration, s3:GetReplicationConfiguration and s3:GetBucketPolicy on the bucket',
} as const;
export type S3Action = keyof typeof PERMISSIONS;

export interface S3Place {
  readonly bucket: string;
  /** Of an object, or a prefix; empty for the bucket itself. */
  readonly key: string;
  /** As far as it is known. */
  readonly region: string;
}

const REGION_CODES = [
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  '301',
];
const CREDENTIAL_CODES = [
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'TokenRefreshRequired'],
  ...['InvalidToken', 'RequestTimeTooSkewed'],
];
const DAMAGE_CODES = [
  'BadDigest',
  'InvalidPart',
  'InvalidDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
];

/** Makes a Failure `store-failed` of an error; a Failure stays what it is. */
export function s3Failure(action: S3Action, place: S3Place, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const known = awsError(error);
  const url = `s3://${place.bucket}`;
  if (action === 'put' && known.status === 412) return keyExists(place.key, url, known);
  const at = place.key === '' ? url : `${url}/${place.key}`;
  return new Failure('store-failed', `${action} of ${at} failed: ${known.text}`, {
    hint: missingSetupHint(error) ?? hintFor(action, place, known),
    cause: error,
  });
}

function keyExists(key: string, url: string, { attempts }: AwsError): StoreKeyExists {
  return attempts === 1
    ? new StoreKeyExists(key, url)
    : new StoreKeyExists(key, url, {
        hint: `The request was sent ${attempts} times: perhaps the object is our own, stored by the first. Without a manifest it counts for nothing. Run again: each run has an id of its own.`,
      });
}

function hintFor(action: S3Action, { bucket, region }: S3Place, { code, status }: AwsError): string {
  if (code === 'InvalidObjectState')
    return 'The object lies in an archive class and takes hours to be read: thaw it with backstop restore … --thaw.';
  if (CREDENTIAL_CODES.includes(code))
    return 'Check the credentials and the clock: aws sts get-caller-identity.';
  if (code === 'GlacierExpeditedRetrievalNotAvailable')
    return 'S3 has no capacity for expedited thaws now: run again with --thaw standard.';
  if (code === 'NoSuchBucket') return `Check the name ${bucket} and the region (${region}).`;
  if (REGION_CODES.includes(code)) return `The bucket lies in another region than ${region}: set AWS_REGION.`;
  if (code === 'NoSuchUpload')
    return 'The unfinished upload was removed while it ran: by a lifecycle rule with too few days, or by somebody.';
  if (status === 403)
    return `The role needs ${PERMISSIONS[action]}. Who runs this: aws sts get-caller-identity.`;
  if (status === 409) return 'Another writer stores the same key at the same time. Run again.';
  if (DAMAGE_CODES.includes(code))
    return 'The bytes were damaged on their way and refused. Run again; if it happens again, suspect network or memory.';
  const stored = action === 'put' ? ' What may have been stored counts for nothing without a manifest.' : '';
  if (status === undefined)
    return `The store is out of reach: check the network, AWS_REGION and AWS_ENDPOINT_URL, and run again.${stored}`;
  if (status >= 500) return `The store is overloaded: run again later.${stored}`;
  return 'Look the code up in the S3 API reference, "Error responses".';
}
