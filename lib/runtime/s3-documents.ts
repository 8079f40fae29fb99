/**
 * Documents in an S3 bucket: the status bucket, which keeps what was overwritten for some weeks. The newest version is read,
 * and one that is hidden by a delete marker is gone. CRC-32 is stated and confirmed; what is read the SDK compares with it.
 */
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { Failure } from '../contract/failure';
import { awsError } from './aws-error';
import { crcHex } from './digests';
import { checkDocumentBytes, checkDocumentKey, refuseBackupBucket, type Documents } from './documents';
import { S3Api, type s3Client } from './s3-api';
import { base64OfHex, unconfirmed } from './s3-confirmation';

/** Also of a document that is written over while it is read, where a store hands out the body of one and the checksum of the other. */
const READ_ATTEMPTS = 5;

export class S3Documents implements Documents {
  readonly url: string;
  private readonly s3: S3Api;

  /** @throws Failure `usage` for a bucket that holds recovery points */
  constructor(
    bucket: string,
    client: ReturnType<typeof s3Client>,
    private readonly mostBytes?: number,
  ) {
    refuseBackupBucket(bucket);
    this.s3 = new S3Api(bucket, client);
    this.url = this.s3.url;
  }

  async read(key: string): Promise<Buffer | undefined> {
    checkDocumentKey(key);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.readOnce(key);
      } catch (error) {
        if (error instanceof Failure) throw error;
        if (attempt === READ_ATTEMPTS) throw await this.s3.failure('read', key, error);
      }
    }
  }

  /** @throws what broke its body off, or made it another one than the store keeps: the SDK repeats only what comes before */
  private async readOnce(key: string): Promise<Buffer | undefined> {
    const asked = this.s3.getObject({ Key: key, ChecksumMode: 'ENABLED' }, {});
    const answer = await asked.catch(async (error: unknown) => {
      if (awsError(error).code === 'NoSuchKey') return undefined;
      throw await this.s3.failure('read', key, error);
    });
    return answer && this.bytesOf(answer.Body as Readable, `${this.url}/${key}`);
  }

  private async bytesOf(stream: Readable, place: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).byteLength;
      checkDocumentBytes(bytes, place, this.mostBytes);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  }

  async write(key: string, body: Uint8Array, mediaType: string): Promise<void> {
    checkDocumentKey(key);
    const ChecksumCRC32 = base64OfHex(crcHex(crc32(body)));
    const input = { Key: key, Body: body, ContentType: mediaType, ChecksumCRC32 };
    const answer = await this.s3.explained('write', key, this.s3.putObject(input, {}));
    if (answer.ChecksumCRC32 !== ChecksumCRC32)
      throw unconfirmed(`${this.url}/${key}`, ChecksumCRC32, answer.ChecksumCRC32);
  }
}
