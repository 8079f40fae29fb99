/** The keeper's hands in an S3 bucket with Object Lock. Needs what grantKeep of lib/constructs/storage-access.ts allows. */
import { EXPIRY_TAG } from '../contract/expiry-tag';
import type { Keeper, ObjectVersion } from './keeper';
import { awsError } from './aws-error';
import { S3Api, type RetentionMode, type s3Client } from './s3-api';
import { allVersions } from './s3-versions';
import { checkPrefix } from './store-key';

interface Retention {
  readonly mode: RetentionMode;
  readonly until: Date | undefined;
}

const SECOND_MS = 1000;

export class S3Keeper implements Keeper {
  readonly url: string;
  private readonly s3: S3Api;

  /** @param mode for an object that was born without a lock */
  constructor(
    bucket: string,
    client: ReturnType<typeof s3Client>,
    private readonly mode: RetentionMode,
  ) {
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
    for await (const { versionId, object } of pages) {
      const { key, bytes, modifiedAt } = object;
      yield { key, versionId, bytes, modifiedAt };
    }
  }

  async lockedUntil(version: ObjectVersion): Promise<Date | undefined> {
    return (await this.retention(version)).until;
  }

  async extendLock(version: ObjectVersion, until: Date): Promise<Date | undefined> {
    const before = await this.retention(version);
    if (before.until !== undefined && before.until >= until) return before.until;
    // S3 may keep whole seconds only; without a bypass it refuses to shorten, whatever happened in between.
    const RetainUntilDate = new Date(Math.ceil(until.getTime() / SECOND_MS) * SECOND_MS);
    const input = { ...placeOf(version), Retention: { Mode: before.mode, RetainUntilDate } };
    await this.s3.explained('lock', version.key, this.s3.putRetention(input));
    return this.lockedUntil(version);
  }

  async mayExpire(version: ObjectVersion): Promise<boolean> {
    const { TagSet = [] } = await this.s3.explained('tag', version.key, this.s3.tags(placeOf(version)));
    return TagSet.some(({ Key, Value }) => Key === EXPIRY_TAG.key && Value === EXPIRY_TAG.value);
  }

  async tagForExpiry(version: ObjectVersion): Promise<void> {
    const TagSet = [{ Key: EXPIRY_TAG.key, Value: EXPIRY_TAG.value }];
    const input = { ...placeOf(version), Tagging: { TagSet } };
    await this.s3.explained('tag', version.key, this.s3.putTags(input));
  }

  private async retention(version: ObjectVersion): Promise<Retention> {
    const answer = await this.s3.retention(placeOf(version)).catch(async (error: unknown) => {
      if (awsError(error).code === 'NoSuchObjectLockConfiguration') return undefined;
      throw await this.s3.failure('lock', version.key, error);
    });
    return { mode: answer?.Retention?.Mode ?? this.mode, until: answer?.Retention?.RetainUntilDate };
  }
}

function placeOf({ key, versionId }: ObjectVersion) {
  return { Key: key, VersionId: versionId };
}
