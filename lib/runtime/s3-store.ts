/**
 * A store in an S3 bucket: the only place that speaks S3. Credentials, region and endpoint come from the SDK's
 * standard environment.
 *
 * - Nothing is overwritten: PutObject and CompleteMultipartUpload carry `If-None-Match: *`. S3 compares with the
 *   current version only: a key under a delete marker can be put again, as one more version.
 * - CRC-32 of the whole object (`FULL_OBJECT`), because Node computes it natively; it is stated at completion, so the
 *   store refuses what arrived otherwise, and its answers are compared with ours, part by part and as a whole.
 * - Reading looks at versions: it needs s3:ListBucketVersions and s3:GetObjectVersion, also for one's own manifests.
 *   HeadObject leaves the lock out where s3:GetObjectRetention or s3:GetObjectLegalHold is missing.
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Failure } from '../contract/failure';
import type { StoredFile } from '../contract/manifest';
import type { StorageClass } from '../contract/storage-class';
import { awsError } from './aws-error';
import { checkedStream } from './checked-stream';
import { delayedSignal } from './delayed-signal';
import { crcHex, digested, Digests } from './digests';
import { sendObject, type MultipartRequests } from './multipart';
import { PartBuffers } from './part-buffers';
import { resumed } from './resumed-download';
import { base64OfHex, unconfirmed, wholeObjectCrc, withLeftover } from './s3-confirmation';
import { s3Failure, type S3Action } from './s3-failure';
import { newestVersions, type Version } from './s3-versions';
import { checkKey, checkPrefix, compareKeys } from './store-key';
import { missingObject } from './store';
import type { Body, ListedObject, ListOptions, ObjectState, PutOptions, ReadOptions, Store } from './store';

const MAX_ATTEMPTS = 5;
const CONNECTION_TIMEOUT_MS = 10_000;
/** What a stopped run may wait for the store: it has 120 s in all until it is killed. */
const GRACE_MS = 20_000;

export interface S3ClientOptions {
  /** @default - AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS itself */
  readonly endpoint?: string | undefined;
  /** A connection without a byte in either direction for so long has failed. @default 60000 */
  readonly idleTimeoutMs?: number;
}

export function s3Client(options: S3ClientOptions = {}): S3Client {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const endpoint = [options.endpoint, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL].find(Boolean);
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: options.idleTimeoutMs ?? 60_000,
    },
    // It would open a new connection for each part.
    expectContinueHeader: false,
    // Readers compare SHA-256 with the manifest: no need to do it twice.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/**
 * Leaves the payload's SHA-256 out of the request's signature: a third pass over bytes that TLS guards on their way,
 * the stated CRC-32 at their arrival, and the signed manifest's SHA-256 for ever.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function sendUnsigned(command: UploadPartCommand): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'unsignedPayload' },
  );
}

/** CRC-32 of the whole object rather than of its parts' checksums: the same figure however it was cut. */
const WHOLE_OBJECT_CRC = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;

interface Checksum {
  readonly ChecksumCRC32: string;
}

interface S3Requests extends MultipartRequests<CompletedPart> {
  /** Why an unfinished upload could not be removed. */
  leftover?: string;
}

export class S3Store implements Store {
  readonly url: string;
  private readonly buffers = new PartBuffers();

  /** @param graceMs how long a failed or stopped put waits for an answer that decides whether something is left */
  constructor(
    private readonly bucket: string,
    private readonly client: S3Client,
    private readonly graceMs = GRACE_MS,
  ) {
    this.url = `s3://${bucket}`;
  }

  async locks(): Promise<boolean> {
    const command = new GetObjectLockConfigurationCommand({ Bucket: this.bucket });
    const answer = await this.client.send(command).catch(async (error: unknown) => {
      if (awsError(error).code === 'ObjectLockConfigurationNotFoundError') return undefined;
      throw await this.failure('locks', '', error);
    });
    return answer?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
  }

  async put(key: string, body: Body, options: PutOptions = {}): Promise<StoredFile> {
    checkKey(key);
    const { estimatedBytes = 0, onBytes, storageClass } = options;
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
    const fail = (reason: unknown) => {
      failed.abort(reason);
    };
    const digests = new Digests();
    const requests = this.requests({ Key: key, StorageClass: storageClass }, digests, signal);
    const sending = { signal, fail, estimatedBytes, buffers: this.buffers };
    try {
      await sendObject(digested(body, digests, { signal, onBytes }), requests, sending);
    } catch (error) {
      const { leftover } = requests;
      throw leftover === undefined ? error : withLeftover(error, leftover);
    }
    return digests.storedFile(key);
  }

  /** Each states a checksum of ours, so that the store refuses what arrived otherwise, and compares its answer. */
  private requests(
    { Key: key, StorageClass }: { readonly Key: string; readonly StorageClass: StorageClass | undefined },
    digests: Digests,
    signal: AbortSignal,
  ): S3Requests {
    const place = { Bucket: this.bucket, Key: key };
    const atOnce = { abortSignal: signal };
    // Of these it must be known whether they left something behind.
    const graceful = { abortSignal: delayedSignal(signal, this.graceMs) };
    const whole = () => ({ ChecksumCRC32: base64OfHex(digests.crc32) });
    const requests: S3Requests = {
      putWhole: async (Body) => {
        const command = new PutObjectCommand({ ...place, ...whole(), StorageClass, Body, IfNoneMatch: '*' });
        await this.confirmed(key, whole(), this.client.send(command, graceful));
      },
      begin: async () => {
        const command = new CreateMultipartUploadCommand({ ...place, ...WHOLE_OBJECT_CRC, StorageClass });
        const { UploadId = '' } = await this.explained('put', key, this.client.send(command, graceful));
        return UploadId;
      },
      putPart: async (UploadId, PartNumber, Body) => {
        const stated = { ChecksumCRC32: base64OfHex(crcHex(crc32(Body))) };
        const command = new UploadPartCommand({ ...place, ...stated, UploadId, PartNumber, Body });
        sendUnsigned(command);
        const { ETag } = await this.confirmed(key, stated, this.client.send(command, atOnce));
        return { PartNumber, ETag, ...stated };
      },
      complete: async (UploadId, Parts) => {
        const command = new CompleteMultipartUploadCommand({
          ...{ ...place, ...whole(), UploadId, MultipartUpload: { Parts: [...Parts] }, IfNoneMatch: '*' },
          ...{ ChecksumType: 'FULL_OBJECT', MpuObjectSize: digests.bytes },
        });
        await this.confirmed(key, whole(), this.client.send(command, graceful));
      },
      abort: async (UploadId) => {
        const command = new AbortMultipartUploadCommand({ ...place, UploadId });
        const sent = this.client.send(command, { abortSignal: AbortSignal.timeout(this.graceMs) });
        await sent.catch((error: unknown) => {
          const { code, text } = awsError(error);
          if (code !== 'NoSuchUpload') requests.leftover = text;
        });
      },
    };
    return requests;
  }

  private async confirmed<T extends Partial<Checksum>>(
    key: string,
    stated: Checksum,
    answering: Promise<T>,
  ): Promise<T> {
    const answer = await this.explained('put', key, answering);
    if (stated.ChecksumCRC32 === answer.ChecksumCRC32) return answer;
    throw unconfirmed(`${this.url}/${key}`, stated.ChecksumCRC32, answer.ChecksumCRC32);
  }

  async get(key: string, { signal }: ReadOptions = {}): Promise<Readable> {
    const version = await this.newest(key, 'get');
    if (version === undefined) throw missingObject(key, this.url);
    const explain = (error: unknown) => this.failure('get', key, error);
    const { bytes } = version.object;
    const open = (from: number) => this.download(version, from, signal);
    const begin = await open(0).catch(async (error: unknown) => {
      throw signal?.aborted === true ? signal.reason : await explain(error);
    });
    return checkedStream(resumed(begin, { bytes, open, signal }), bytes, explain, signal);
  }

  private async download(
    { object: { key }, versionId }: Version,
    from: number,
    abortSignal?: AbortSignal,
  ): Promise<Readable> {
    const Range = from === 0 ? undefined : `bytes=${from}-`;
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId, Range });
    const { Body } = await this.client.send(command, { abortSignal });
    return Body as Readable;
  }

  async head(key: string): Promise<ObjectState | undefined> {
    const version = await this.newest(key, 'head');
    if (version === undefined) return undefined;
    const place = { Bucket: this.bucket, Key: key, VersionId: version.versionId };
    const command = new HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED' });
    const answer = await this.explained('head', key, this.client.send(command));
    return {
      ...version.object,
      crc32: wholeObjectCrc(answer.ChecksumCRC32, answer.ChecksumType),
      lockedUntil: answer.ObjectLockRetainUntilDate,
      legalHold: answer.ObjectLockLegalHoldStatus === 'ON',
    };
  }

  async *list(prefix: string, { after }: ListOptions = {}): AsyncGenerator<ListedObject> {
    checkPrefix(prefix);
    for await (const { object } of this.versions(prefix, 'list', { after }))
      // Not every S3 leaves the marker's own key out.
      if (after === undefined || compareKeys(object.key, after) > 0) yield object;
  }

  close(): Promise<void> {
    this.client.destroy();
    return Promise.resolve();
  }

  /** The key itself is the first that begins with it. */
  private async newest(key: string, action: S3Action): Promise<Version | undefined> {
    checkKey(key);
    for await (const version of this.versions(key, action, { pageSize: 10 }))
      return version.object.key === key ? version : undefined;
    return undefined;
  }

  /** Of each key the newest version. */
  private versions(
    prefix: string,
    action: S3Action,
    { pageSize, after }: { readonly pageSize?: number; readonly after?: string | undefined } = {},
  ): AsyncGenerator<Version> {
    return newestVersions((before) => {
      const command = new ListObjectVersionsCommand({
        ...{ Bucket: this.bucket, Prefix: prefix, MaxKeys: pageSize },
        ...{ KeyMarker: before?.NextKeyMarker ?? after, VersionIdMarker: before?.NextVersionIdMarker },
      });
      return this.explained(action, prefix, this.client.send(command));
    });
  }

  private async explained<T>(action: S3Action, key: string, answering: Promise<T>): Promise<T> {
    return answering.catch(async (error: unknown) => {
      throw await this.failure(action, key, error);
    });
  }

  private async failure(action: S3Action, key: string, error: unknown): Promise<Failure> {
    const region = await this.client.config.region().catch(() => 'none is set');
    return s3Failure(action, { bucket: this.bucket, key, region }, error);
  }
}
