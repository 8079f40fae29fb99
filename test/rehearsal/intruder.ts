/** Somebody with credentials for the bucket: looks, deletes, overwrites. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Report } from './report';

export class Intruder {
  private readonly s3: S3Client;

  constructor(
    environment: Readonly<Record<string, string>>,
    private readonly bucket: string,
    private readonly report: Report,
  ) {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = environment;
    this.s3 = new S3Client({
      endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
      region: environment['AWS_REGION'] ?? '',
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
      forcePathStyle: true,
    });
  }

  /** @returns the code of the refusal; undefined where the version is gone */
  async deleteVersion(key: string, versionId: string): Promise<string | undefined> {
    this.report.command(`aws s3api delete-object --key ${key} --version-id ${versionId}`);
    const command = new DeleteObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId });
    const refusal = await this.s3.send(command).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
    this.report.output(refusal ?? 'deleted');
    return refusal;
  }

  /** What a plain delete does in a bucket with versions. */
  async hide(key: string): Promise<void> {
    this.report.command(`aws s3api delete-object --key ${key}`);
    const { DeleteMarker } = await this.s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
    this.report.output(DeleteMarker === true ? 'DeleteMarker: true' : 'deleted');
  }

  /** Versions of one object, newest first. */
  async versionIds(key: string): Promise<string[]> {
    const { Versions = [] } = await this.s3.send(
      new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: key }),
    );
    return Versions.filter((version) => version.Key === key).map(({ VersionId = '' }) => VersionId);
  }

  async keys(prefix: string): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(
      new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix }),
    );
    return Contents.map(({ Key = '' }) => Key);
  }

  async read(key: string, versionId: string): Promise<Uint8Array> {
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId });
    const { Body } = await this.s3.send(command);
    if (Body === undefined) throw new Error(`${key} has no body.`);
    return Body.transformToByteArray();
  }

  /** `ON`, `OFF`, or undefined for an object that never had one. */
  async legalHold(key: string, versionId: string): Promise<string | undefined> {
    const place = { Bucket: this.bucket, Key: key, VersionId: versionId };
    const { LegalHold } = await this.s3.send(new GetObjectLegalHoldCommand(place));
    return LegalHold?.Status;
  }

  /** A new version over the locked one; in AWS the bucket's policy refuses it, and no emulator does. */
  async putOver(key: string, bytes: Uint8Array): Promise<void> {
    this.report.command(`aws s3api put-object --key ${key} --body …`);
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: bytes }));
  }

  stop(): Promise<void> {
    this.s3.destroy();
    return Promise.resolve();
  }
}

/** One bit in the middle. */
export function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy.writeUInt8(copy.readUInt8(middle) ^ 1, middle);
  return copy;
}
