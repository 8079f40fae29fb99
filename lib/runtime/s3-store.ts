/**
 * A store in an S3 bucket.
 *
 * - Nothing is overwritten: PutObject and CompleteMultipartUpload carry `If-None-Match: *`. S3 compares with the
 *   current version only: a key under a delete marker can be put again, as one more version.
 * - CRC-32 of the whole object (`FULL_OBJECT`), because Node computes it natively; it is stated at completion, so the
 *   store refuses what arrived otherwise, and its answers are compared with ours, part by part and as a whole.
 * - Reading looks at versions: it needs s3:ListBucketVersions and s3:GetObjectVersion, also for one's own manifests.
 *   HeadObject leaves the lock out where s3:GetObjectRetention or s3:GetObjectLegalHold is missing.
 */
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { StoredFile } from '../contract/manifest';
import type { StorageClass } from '../contract/storage-class';
import { awsError } from './aws-error';
import { delayedSignal } from './delayed-signal';
import { crcHex, digested, Digests } from './digests';
import { sendObject, type MultipartRequests } from './multipart';
import { PartBuffers } from './part-buffers';
import { S3Api, type CompletedPart, type s3Client } from './s3-api';
import { base64OfHex, unconfirmed, wholeObjectCrc, withLeftover } from './s3-confirmation';
import type { S3Action } from './s3-failure';
import { openVersion } from './s3-open-version';
import { newestVersions, type Version } from './s3-versions';
import { checkKey, checkPrefix, compareKeys } from './store-key';
import { missingObject } from './store';
import type { Body, ListedObject, ListOptions, ObjectState, PutOptions, ReadOptions, Store } from './store';

/** What a stopped run may wait for the store: it has 120 s in all until it is killed. */
const GRACE_MS = 20_000;

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
  private readonly s3: S3Api;
  private readonly buffers = new PartBuffers();

  /** @param graceMs how long a failed or stopped put waits for an answer that decides whether something is left */
  constructor(
    bucket: string,
    client: ReturnType<typeof s3Client>,
    private readonly graceMs = GRACE_MS,
  ) {
    this.s3 = new S3Api(bucket, client);
    this.url = this.s3.url;
  }

  async locks(): Promise<boolean> {
    const answer = await this.s3.lockConfiguration().catch(async (error: unknown) => {
      if (awsError(error).code === 'ObjectLockConfigurationNotFoundError') return undefined;
      throw await this.s3.failure('locks', '', error);
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
    const place = { Key: key };
    const atOnce = { abortSignal: signal };
    // Of these it must be known whether they left something behind.
    const graceful = { abortSignal: delayedSignal(signal, this.graceMs) };
    const whole = () => ({ ChecksumCRC32: base64OfHex(digests.crc32) });
    const requests: S3Requests = {
      putWhole: async (Body) => {
        const input = { ...place, ...whole(), StorageClass, Body, IfNoneMatch: '*' };
        await this.confirmed(key, whole(), this.s3.putObject(input, graceful));
      },
      begin: async () => {
        const input = { ...place, ...WHOLE_OBJECT_CRC, StorageClass };
        const { UploadId = '' } = await this.s3.explained('put', key, this.s3.createUpload(input, graceful));
        return UploadId;
      },
      putPart: async (UploadId, PartNumber, Body) => {
        const stated = { ChecksumCRC32: base64OfHex(crcHex(crc32(Body))) };
        const input = { ...place, ...stated, UploadId, PartNumber, Body };
        const { ETag } = await this.confirmed(key, stated, this.s3.uploadPart(input, atOnce));
        return { PartNumber, ETag, ...stated };
      },
      complete: async (UploadId, Parts) => {
        const input = {
          ...{ ...place, ...whole(), UploadId, MultipartUpload: { Parts: [...Parts] }, IfNoneMatch: '*' },
          ...{ ChecksumType: WHOLE_OBJECT_CRC.ChecksumType, MpuObjectSize: digests.bytes },
        };
        await this.confirmed(key, whole(), this.s3.completeUpload(input, graceful));
      },
      abort: async (UploadId) => {
        const abortSignal = AbortSignal.timeout(this.graceMs);
        const sent = this.s3.abortUpload({ ...place, UploadId }, { abortSignal });
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
    const answer = await this.s3.explained('put', key, answering);
    if (stated.ChecksumCRC32 === answer.ChecksumCRC32) return answer;
    throw unconfirmed(`${this.url}/${key}`, stated.ChecksumCRC32, answer.ChecksumCRC32);
  }

  async get(key: string, { signal }: ReadOptions = {}): Promise<Readable> {
    const version = await this.newest(key, 'get');
    if (version === undefined) throw missingObject(key, this.url);
    const { versionId, object } = version;
    return openVersion(this.s3, { key, versionId, bytes: object.bytes }, signal);
  }

  async head(key: string): Promise<ObjectState | undefined> {
    const version = await this.newest(key, 'head');
    if (version === undefined) return undefined;
    const input = { Key: key, VersionId: version.versionId, ChecksumMode: 'ENABLED' } as const;
    const answer = await this.s3.explained('head', key, this.s3.headObject(input));
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
    this.s3.close();
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
      const markers = {
        KeyMarker: before?.NextKeyMarker ?? after,
        VersionIdMarker: before?.NextVersionIdMarker,
      };
      const listing = this.s3.listVersions({ Prefix: prefix, MaxKeys: pageSize, ...markers });
      return this.s3.explained(action, prefix, listing);
    });
  }
}
