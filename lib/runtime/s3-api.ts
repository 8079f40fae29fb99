/**
 * The only place that speaks S3: one bucket, one method per request, each as the SDK answers it. Credentials, region and
 * endpoint come from the SDK's standard environment.
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  S3Client,
  UploadPartCommand,
  type AbortMultipartUploadCommandInput,
  type CompletedPart,
  type CompleteMultipartUploadCommandInput,
  type CreateMultipartUploadCommandInput,
  type GetObjectCommandInput,
  type GetObjectLegalHoldCommandInput,
  type GetObjectRetentionCommandInput,
  type GetObjectTaggingCommandInput,
  type HeadObjectCommandInput,
  type ListObjectVersionsCommandInput,
  type PutObjectCommandInput,
  type PutObjectLegalHoldCommandInput,
  type PutObjectRetentionCommandInput,
  type PutObjectTaggingCommandInput,
  type RestoreObjectCommandInput,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import type { Failure } from '../contract/failure';
import { s3Failure, type S3Action } from './s3-failure';

export type { CompletedPart };
export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE';

const MAX_ATTEMPTS = 5;
const CONNECTION_TIMEOUT_MS = 10_000;

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

type In<T> = Omit<T, 'Bucket'>;

interface Sending {
  readonly abortSignal?: AbortSignal | undefined;
}

/** The methods need the permissions that lib/runtime/s3-failure.ts names. */
export class S3Api {
  readonly url: string;
  private readonly bucket: { readonly Bucket: string };

  constructor(
    Bucket: string,
    private readonly client: S3Client,
  ) {
    this.url = `s3://${Bucket}`;
    this.bucket = { Bucket };
  }

  putObject(input: In<PutObjectCommandInput>, sending: Sending) {
    return this.client.send(new PutObjectCommand({ ...this.bucket, ...input }), sending);
  }

  createUpload(input: In<CreateMultipartUploadCommandInput>, sending: Sending) {
    return this.client.send(new CreateMultipartUploadCommand({ ...this.bucket, ...input }), sending);
  }

  uploadPart(input: In<UploadPartCommandInput>, sending: Sending) {
    const command = new UploadPartCommand({ ...this.bucket, ...input });
    sendUnsigned(command);
    return this.client.send(command, sending);
  }

  completeUpload(input: In<CompleteMultipartUploadCommandInput>, sending: Sending) {
    return this.client.send(new CompleteMultipartUploadCommand({ ...this.bucket, ...input }), sending);
  }

  abortUpload(input: In<AbortMultipartUploadCommandInput>, sending: Sending) {
    return this.client.send(new AbortMultipartUploadCommand({ ...this.bucket, ...input }), sending);
  }

  getObject(input: In<GetObjectCommandInput>, sending: Sending) {
    return this.client.send(new GetObjectCommand({ ...this.bucket, ...input }), sending);
  }

  headObject(input: In<HeadObjectCommandInput>) {
    return this.client.send(new HeadObjectCommand({ ...this.bucket, ...input }));
  }

  listVersions(input: In<ListObjectVersionsCommandInput>) {
    return this.client.send(new ListObjectVersionsCommand({ ...this.bucket, ...input }));
  }

  lockConfiguration() {
    return this.client.send(new GetObjectLockConfigurationCommand(this.bucket));
  }

  versioning() {
    return this.client.send(new GetBucketVersioningCommand(this.bucket));
  }

  publicAccessBlock() {
    return this.client.send(new GetPublicAccessBlockCommand(this.bucket));
  }

  encryption() {
    return this.client.send(new GetBucketEncryptionCommand(this.bucket));
  }

  lifecycle() {
    return this.client.send(new GetBucketLifecycleConfigurationCommand(this.bucket));
  }

  policy() {
    return this.client.send(new GetBucketPolicyCommand(this.bucket));
  }

  replication() {
    return this.client.send(new GetBucketReplicationCommand(this.bucket));
  }

  retention(input: In<GetObjectRetentionCommandInput>) {
    return this.client.send(new GetObjectRetentionCommand({ ...this.bucket, ...input }));
  }

  putRetention(input: In<PutObjectRetentionCommandInput>) {
    return this.client.send(new PutObjectRetentionCommand({ ...this.bucket, ...input }));
  }

  legalHold(input: In<GetObjectLegalHoldCommandInput>) {
    return this.client.send(new GetObjectLegalHoldCommand({ ...this.bucket, ...input }));
  }

  putLegalHold(input: In<PutObjectLegalHoldCommandInput>) {
    return this.client.send(new PutObjectLegalHoldCommand({ ...this.bucket, ...input }));
  }

  tags(input: In<GetObjectTaggingCommandInput>) {
    return this.client.send(new GetObjectTaggingCommand({ ...this.bucket, ...input }));
  }

  putTags(input: In<PutObjectTaggingCommandInput>) {
    return this.client.send(new PutObjectTaggingCommand({ ...this.bucket, ...input }));
  }

  restoreObject(input: In<RestoreObjectCommandInput>) {
    return this.client.send(new RestoreObjectCommand({ ...this.bucket, ...input }));
  }

  async explained<T>(action: S3Action, key: string, answering: Promise<T>): Promise<T> {
    return answering.catch(async (error: unknown) => {
      throw await this.failure(action, key, error);
    });
  }

  async failure(action: S3Action, key: string, error: unknown): Promise<Failure> {
    const region = await this.client.config.region().catch(() => 'none is set');
    return s3Failure(action, { bucket: this.bucket.Bucket, key, region }, error);
  }

  close(): void {
    this.client.destroy();
  }
}
