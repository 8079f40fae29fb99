/** The keeper's hands in an S3 bucket with Object Lock. Needs what grantKeep of lib/constructs/storage-access.ts allows. */
import { EXPIRY_TAG } from '../contract/expiry-tag';
import type { Keeper } from './keeper';
import type { ObjectVersion } from './protected-objects';
import type { RetentionMode, s3Client } from './s3-api';
import { placeOf, S3ProtectedObjects } from './s3-protected-objects';

const SECOND_MS = 1000;

export class S3Keeper extends S3ProtectedObjects implements Keeper {
  /** @param mode for an object that was born without a lock */
  constructor(
    bucket: string,
    client: ReturnType<typeof s3Client>,
    private readonly mode: RetentionMode,
  ) {
    super(bucket, client);
  }

  async extendLock(version: ObjectVersion, until: Date): Promise<Date | undefined> {
    const before = await this.retention(version);
    if (before.until !== undefined && before.until >= until) return before.until;
    // S3 may keep whole seconds only; without a bypass it refuses to shorten, whatever happened in between.
    const RetainUntilDate = new Date(Math.ceil(until.getTime() / SECOND_MS) * SECOND_MS);
    const input = { ...placeOf(version), Retention: { Mode: before.mode ?? this.mode, RetainUntilDate } };
    await this.s3.explained('lock', version.key, this.s3.putRetention(input));
    return this.lockedUntil(version);
  }

  async hold(version: ObjectVersion): Promise<void> {
    await this.setHold(version, 'ON');
  }

  async release(version: ObjectVersion): Promise<void> {
    await this.setHold(version, 'OFF');
  }

  async tagForExpiry(version: ObjectVersion): Promise<void> {
    const TagSet = [{ Key: EXPIRY_TAG.key, Value: EXPIRY_TAG.value }];
    const input = { ...placeOf(version), Tagging: { TagSet } };
    await this.s3.explained('tag', version.key, this.s3.putTags(input));
  }

  private async setHold(version: ObjectVersion, Status: 'ON' | 'OFF'): Promise<void> {
    const input = { ...placeOf(version), LegalHold: { Status } };
    await this.s3.explained('hold', version.key, this.s3.putLegalHold(input));
  }
}
