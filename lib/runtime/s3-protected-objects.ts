/** Versions in an S3 bucket, and how each is protected. Needs s3:ListBucketVersions and READ_PROTECTION of storage-access.ts. */
import { EXPIRY_TAG } from '../contract/expiry-tag';
import { awsError } from './aws-error';
import type { ObjectVersion, ProtectedObjects } from './protected-objects';
import { S3Api, type RetentionMode, type s3Client } from './s3-api';
import type { S3Action } from './s3-failure';
import { allVersions } from './s3-versions';
import { checkPrefix } from './store-key';

interface Retention {
  /** undefined where it was never locked. */
  readonly mode: RetentionMode | undefined;
  readonly until: Date | undefined;
}

export class S3ProtectedObjects implements ProtectedObjects {
  readonly url: string;
  protected readonly s3: S3Api;

  constructor(bucket: string, client: ReturnType<typeof s3Client>) {
    this.s3 = new S3Api(bucket, client);
    this.url = this.s3.url;
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    checkPrefix(prefix);
    const pages = allVersions((before) => {
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = before ?? {};
      const listing = this.s3.listVersions({ Prefix: prefix, KeyMarker, VersionIdMarker });
      return this.s3.explained('list', prefix, listing);
    });
    for await (const { versionId, storageClass, object } of pages) {
      const { key, bytes, modifiedAt } = object;
      yield { key, versionId, bytes, modifiedAt, storageClass };
    }
  }

  async lockedUntil(version: ObjectVersion): Promise<Date | undefined> {
    return (await this.retention(version)).until;
  }

  async onHold(version: ObjectVersion): Promise<boolean> {
    const answer = await this.orNone('hold', version, this.s3.legalHold(placeOf(version)));
    return answer?.LegalHold?.Status === 'ON';
  }

  async mayExpire(version: ObjectVersion): Promise<boolean> {
    const { TagSet = [] } = await this.s3.explained('tag', version.key, this.s3.tags(placeOf(version)));
    return TagSet.some(({ Key, Value }) => Key === EXPIRY_TAG.key && Value === EXPIRY_TAG.value);
  }

  protected async retention(version: ObjectVersion): Promise<Retention> {
    const answer = await this.orNone('lock', version, this.s3.retention(placeOf(version)));
    return { mode: answer?.Retention?.Mode, until: answer?.Retention?.RetainUntilDate };
  }

  /** S3 calls it an error to ask for a lock or a hold where none was ever set. */
  private async orNone<T>(
    action: S3Action,
    { key }: ObjectVersion,
    asked: Promise<T>,
  ): Promise<T | undefined> {
    return asked.catch(async (error: unknown) => {
      if (awsError(error).code === 'NoSuchObjectLockConfiguration') return undefined;
      throw await this.s3.failure(action, key, error);
    });
  }
}

export function placeOf({ key, versionId }: ObjectVersion) {
  return { Key: key, VersionId: versionId };
}
