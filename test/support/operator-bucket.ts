/** A bucket of the emulator with versions and Object Lock, and what an operator could do to it by hand. */
import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { adminClient, lockedBucket } from './locked-bucket';

export interface OperatorBucket {
  readonly url: string;
  /** Puts a delete marker above an object. */
  hide(key: string): Promise<void>;
  /** Puts a version above an object, without asking whether there is one. */
  overwrite(key: string, body: Uint8Array): Promise<void>;
}

/** @param defaultLockDays of each new object. @default - none is locked */
export async function operatorBucket(defaultLockDays?: number): Promise<OperatorBucket> {
  const admin = adminClient();
  const Bucket =
    defaultLockDays === undefined
      ? `unlocked-${randomBytes(6).toString('hex')}`
      : await lockedBucket(admin, defaultLockDays);
  if (defaultLockDays === undefined) {
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await admin.send(
      new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true, CreateBucketConfiguration }),
    );
  }
  return {
    url: `s3://${Bucket}`,
    hide: async (Key) => {
      await admin.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    overwrite: async (Key, Body) => {
      await admin.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumAlgorithm: 'CRC32' }));
    },
  };
}
