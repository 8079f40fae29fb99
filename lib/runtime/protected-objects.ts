/**
 * How stored objects are protected: read, and nothing else. It works on versions, so that neither a delete marker nor a
 * later version turns it away from the one that a manifest speaks of, and it reads no bytes of objects. Errors are
 * Failures of kind `store-failed`. The keeper extends it (lib/runtime/keeper.ts); the monitor has no more than this.
 */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** As S3 names it. @default - S3 Standard */
  readonly storageClass?: string | undefined;
}

export interface ProtectedObjects {
  /** For messages: `s3://bucket`. */
  readonly url: string;
  /** Every version of every key below a prefix, in order of the keys, of each key the newest first. */
  versions(prefix: string): AsyncIterable<ObjectVersion>;
  /** Until when a version is locked; undefined for not at all. */
  lockedUntil(version: ObjectVersion): Promise<Date | undefined>;
  /** Whether a legal hold keeps it, whatever its lock and its tag say. */
  onHold(version: ObjectVersion): Promise<boolean>;
  /** Whether it carries the expiry tag. */
  mayExpire(version: ObjectVersion): Promise<boolean>;
}
