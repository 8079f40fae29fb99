/** What calls to AWS ask of IAM: often more than one permission at once, each with the context that AWS adds. */
import type { Context } from './conditions';
import type { Request } from './evaluate';
import { REGION } from './resolve';

/** One call is allowed where all that it needs is. */
export type Call = readonly Request[];

const OVER_TLS: Context = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

export function call(action: string, resource: string, context: Context = {}): Call {
  return [{ action, resource, context }];
}

export function s3(action: string, resource: string, context: Context = {}): Call {
  return call(`s3:${action}`, resource, { ...OVER_TLS, ...context });
}

/** S3 uses the bucket's key in the name of who asks; with a bucket key, the context is the bucket. */
export function throughS3(action: 'Decrypt' | 'GenerateDataKey', keyArn: string, bucketArn: string): Call {
  return call(`kms:${action}`, keyArn, {
    'kms:ViaService': `s3.${REGION}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': bucketArn,
  });
}

export interface Encrypted {
  readonly bucket: string;
  readonly key: string;
}

/** What S3 says of a request that makes a new object. */
export const CREATES: Context = { 's3:ObjectCreationOperation': 'true', 's3:if-none-match': '*' };

/** PutObject, or CompleteMultipartUpload, with If-None-Match. */
export function create({ bucket, key }: Encrypted, object: string, context: Context = {}): Call {
  return [
    ...s3('PutObject', `${bucket}/${object}`, { ...CREATES, ...context }),
    ...throughS3('GenerateDataKey', key, bucket),
  ];
}

/** PutObject without If-None-Match, as a server-side copy always is. */
export function overwrite({ bucket, key }: Encrypted, object: string, context: Context = {}): Call {
  return [
    ...s3('PutObject', `${bucket}/${object}`, { 's3:ObjectCreationOperation': 'true', ...context }),
    ...throughS3('GenerateDataKey', key, bucket),
  ];
}

/** CreateMultipartUpload or UploadPart: no object comes of it yet. */
export function uploadPart({ bucket, key }: Encrypted, object: string): Call {
  return [
    ...s3('PutObject', `${bucket}/${object}`, { 's3:ObjectCreationOperation': 'false' }),
    ...throughS3('GenerateDataKey', key, bucket),
    ...throughS3('Decrypt', key, bucket),
  ];
}

export function read({ bucket, key }: Encrypted, object: string): Call {
  return [...s3('GetObjectVersion', `${bucket}/${object}`), ...throughS3('Decrypt', key, bucket)];
}

export function list(bucket: string, prefix: string): Call {
  return s3('ListBucketVersions', bucket, { 's3:prefix': prefix });
}

export function sign(keyArn: string, algorithm = 'ECDSA_SHA_256'): Call {
  return call('kms:Sign', keyArn, { 'kms:SigningAlgorithm': algorithm });
}

export function passRole(roleArn: string, service = 'ecs-tasks.amazonaws.com'): Call {
  return call('iam:PassRole', roleArn, { 'iam:PassedToService': service });
}

/** SNS uses the topic's key in the name of who publishes: both calls are needed. */
export function publish(topicArn: string, keyArn: string): Call {
  const through = { 'kms:ViaService': `sns.${REGION}.amazonaws.com` };
  return [
    ...call('sns:Publish', topicArn),
    ...call('kms:GenerateDataKey', keyArn, through),
    ...call('kms:Decrypt', keyArn, through),
  ];
}
