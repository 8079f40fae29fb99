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
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CreateMultipartUploadCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Failure } from '../contract/failure';
import type { StoredFile } from '../contract/manifest';
import { awsError } from './aws-error';
import { checkedStream } from './checked-stream';
import { delayedSignal } from './delayed-signal';
import { crcHex, Digests, digestedStream } from './digests';
import { planParts } from './part-plan';
import { resumed } from './resumed-download';
import { base64OfHex, unconfirmed, wholeObjectCrc, withLeftover } from './s3-confirmation';
import { s3Failure, type S3Action } from './s3-failure';
import { checkKey, checkPrefix } from './store-key';
import { missingObject } from './store';
import type { Body, ListedObject, ObjectState, PutOptions, ReadOptions, Store } from './store';

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

interface Version {
  readonly versionId: string;
  readonly object: ListedObject;
}

/** What the requests of an upload and its source share. */
interface Sending {
  readonly key: string;
  readonly digests: Digests;
  /** Raised by the caller's signal or by the first failure, with its reason. */
  readonly signal: AbortSignal;
  readonly fail: (reason: unknown) => void;
  /** Why an unfinished upload could not be removed. */
  leftover?: string;
}

type UploadCommand =
  | PutObjectCommand
  | CreateMultipartUploadCommand
  | UploadPartCommand
  | CompleteMultipartUploadCommand
  | AbortMultipartUploadCommand;

export class S3Store implements Store {
  readonly url: string;

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
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
    const fail = (reason: unknown) => {
      failed.abort(reason);
    };
    const digests = new Digests();
    const sending: Sending = { key, digests, signal, fail };
    try {
      await this.upload(
        sending,
        digestedStream(body, digests, fail, { signal, onBytes: options.onBytes }),
        options.estimatedBytes,
      );
    } catch (error) {
      // What failed first is the cause: the rest failed because of it.
      const cause: unknown = signal.aborted ? signal.reason : await this.failure('put', key, error);
      throw sending.leftover === undefined ? cause : withLeftover(cause, sending.leftover);
    }
    return digests.storedFile(key);
  }

  private async upload(sending: Sending, body: Readable, estimatedBytes = 0): Promise<void> {
    const { partBytes, inFlight } = planParts(estimatedBytes);
    const upload = new Upload({
      client: this.confirming(sending),
      partSize: partBytes,
      queueSize: inFlight,
      params: {
        ...{ Bucket: this.bucket, Key: sending.key, Body: body, IfNoneMatch: '*' },
        ...{ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' },
      },
    });
    await upload.done();
  }

  /** The client as an upload sees it: states our checksums, compares the answers, stops the source at a failure. */
  private confirming(sending: Sending): S3Client {
    const graceful = delayedSignal(sending.signal, this.graceMs);
    const send = async (command: UploadCommand) => {
      if (command instanceof AbortMultipartUploadCommand) return this.abort(command, sending);
      try {
        const stated = stateChecksum(command, sending.digests);
        const abortSignal = command instanceof UploadPartCommand ? sending.signal : graceful;
        const answer = await this.client.send(command as UploadPartCommand, { abortSignal });
        if (stated !== undefined && stated !== answer.ChecksumCRC32)
          throw unconfirmed(`${this.url}/${sending.key}`, stated, answer.ChecksumCRC32);
        return answer;
      } catch (error) {
        sending.fail(await this.failure('put', sending.key, error));
        throw error;
      }
    };
    return Object.assign(Object.create(this.client) as S3Client, { send });
  }

  private async abort(command: AbortMultipartUploadCommand, sending: Sending) {
    const abortSignal = AbortSignal.timeout(this.graceMs);
    return this.client.send(command, { abortSignal }).catch((error: unknown) => {
      const { code, text } = awsError(error);
      if (code !== 'NoSuchUpload') sending.leftover = text;
      return {};
    });
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
    const answer = await this.client
      .send(new HeadObjectCommand({ ...place, ChecksumMode: 'ENABLED' }))
      .catch(async (error: unknown) => {
        throw await this.failure('head', key, error);
      });
    return {
      ...version.object,
      crc32: wholeObjectCrc(answer.ChecksumCRC32, answer.ChecksumType),
      lockedUntil: answer.ObjectLockRetainUntilDate,
      legalHold: answer.ObjectLockLegalHoldStatus === 'ON',
    };
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    checkPrefix(prefix);
    for await (const { object } of this.versions(prefix, 'list')) yield object;
  }

  close(): Promise<void> {
    this.client.destroy();
    return Promise.resolve();
  }

  /** The key itself is the first that begins with it. */
  private async newest(key: string, action: S3Action): Promise<Version | undefined> {
    checkKey(key);
    for await (const version of this.versions(key, action, 10))
      return version.object.key === key ? version : undefined;
    return undefined;
  }

  /** Of each key the newest version: S3 lists keys in order, and the newest version of a key first. */
  private async *versions(prefix: string, action: S3Action, pageSize?: number): AsyncGenerator<Version> {
    const hidden = new Set<string>();
    let last: string | undefined;
    let page: ListObjectVersionsCommandOutput | undefined;
    do {
      page = await this.page(prefix, action, pageSize, page);
      for (const { Key = '', IsLatest } of page.DeleteMarkers ?? []) if (IsLatest === true) hidden.add(Key);
      for (const { Key = '', VersionId = '', Size = 0, LastModified = new Date(0) } of page.Versions ?? []) {
        if (Key === last) continue;
        last = Key;
        const object = { key: Key, bytes: Size, modifiedAt: LastModified, hidden: hidden.delete(Key) };
        yield { versionId: VersionId, object };
      }
    } while (page.IsTruncated === true);
  }

  private async page(
    prefix: string,
    action: S3Action,
    pageSize: number | undefined,
    before: ListObjectVersionsCommandOutput | undefined,
  ): Promise<ListObjectVersionsCommandOutput> {
    const command = new ListObjectVersionsCommand({
      ...{ Bucket: this.bucket, Prefix: prefix, MaxKeys: pageSize },
      ...{ KeyMarker: before?.NextKeyMarker, VersionIdMarker: before?.NextVersionIdMarker },
    });
    return this.client.send(command).catch(async (error: unknown) => {
      throw await this.failure(action, prefix, error);
    });
  }

  private async failure(action: S3Action, key: string, error: unknown): Promise<Failure> {
    const region = await this.client.config.region().catch(() => 'none is set');
    return s3Failure(action, { bucket: this.bucket, key, region }, error);
  }
}

/** @returns the CRC-32 which the store has to answer; undefined for a request without bytes */
function stateChecksum(command: UploadCommand, digests: Digests): string | undefined {
  if (command instanceof UploadPartCommand) {
    const hex = crcHex(crc32(command.input.Body as Uint8Array));
    return (command.input.ChecksumCRC32 = base64OfHex(hex));
  }
  if (command instanceof CompleteMultipartUploadCommand) command.input.MpuObjectSize = digests.bytes;
  if (command instanceof CompleteMultipartUploadCommand || command instanceof PutObjectCommand)
    return (command.input.ChecksumCRC32 = base64OfHex(digests.crc32));
  return undefined;
}
