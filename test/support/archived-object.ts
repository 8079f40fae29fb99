/** Objects that lifecycle has moved to an archive class: the emulator moves none, so they are put there. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ArchiveClass } from '../../lib/contract/storage-class';

export async function putArchived(
  admin: S3Client,
  Bucket: string,
  Key: string,
  { StorageClass = 'GLACIER', Body = Key }: { StorageClass?: ArchiveClass; Body?: string } = {},
): Promise<void> {
  await admin.send(new PutObjectCommand({ Bucket, Key, Body, StorageClass, ChecksumAlgorithm: 'CRC32' }));
}
