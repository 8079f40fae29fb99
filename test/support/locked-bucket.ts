/** Buckets as the storage stack makes them, in the shared emulator: Object Lock with a default retention. */
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { emulatorEnvironment } from './shared-servers';

/** The SDK under the name of an administrator; sets the environment that our own clients read. */
export function adminClient(): S3Client {
  Object.assign(process.env, emulatorEnvironment());
  return new S3Client({ forcePathStyle: true });
}

/** @returns its name */
export async function lockedBucket(admin: S3Client, Days = 7): Promise<string> {
  const Bucket = `store-${randomBytes(6).toString('hex')}`;
  const LocationConstraint = 'eu-central-1';
  await admin.send(
    new CreateBucketCommand({
      Bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint },
    }),
  );
  const DefaultRetention = { Mode: 'GOVERNANCE', Days } as const;
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } } as const;
  await admin.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  return Bucket;
}

/** Keys of multipart uploads that were begun and neither completed nor aborted. */
export async function unfinishedUploads(admin: S3Client, Bucket: string): Promise<string[]> {
  const { Uploads = [] } = await admin.send(new ListMultipartUploadsCommand({ Bucket }));
  return Uploads.map(({ Key = '' }) => Key);
}
