/**
 * What the keeper may do to stored objects: make them stay, and in the end let them go. It works on versions, so that
 * neither a delete marker nor a later version turns it away from the one that a manifest speaks of. It reads no bytes of
 * objects and deletes nothing; errors are Failures of kind `store-failed`. Its one implementation is S3; the tests' twin
 * keeps the same promises (test/runtime/keeper-conformance.ts).
 */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface Keeper {
  /** For messages: `s3://bucket`. */
  readonly url: string;
  /** Every version of every key below a prefix, in order of the keys, of each key the newest first. */
  versions(prefix: string): AsyncIterable<ObjectVersion>;
  /** Until when a version is locked; undefined for not at all. */
  lockedUntil(version: ObjectVersion): Promise<Date | undefined>;
  /**
   * Locks a version at least until then, in the mode that it has; a longer lock stays as it is.
   * @returns until when it is locked now, as the store says when it is asked again; undefined for not at all
   */
  extendLock(version: ObjectVersion, until: Date): Promise<Date | undefined>;
  /** Whether it carries the expiry tag. */
  mayExpire(version: ObjectVersion): Promise<boolean>;
  /** Sets the expiry tag: lifecycle deletes the version when its class and its lock have ended. */
  tagForExpiry(version: ObjectVersion): Promise<void>;
}
