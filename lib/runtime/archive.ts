/**
 * Objects in S3's archive classes: they are there, and take hours until they can be read. Apart from the store, because a
 * directory has none, and only a restore may thaw. Its one implementation is S3. Errors are Failures of kind `store-failed`.
 */
import type { ArchiveClass, ThawSpeed } from '../contract/storage-class';

export interface ArchivedObject {
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  readonly storageClass: ArchiveClass;
}

/** `readable`: a copy lies in S3 Standard for some days. */
export type ThawState = 'archived' | 'thawing' | 'readable';

export interface ThawOptions {
  /** How long the copy stays readable. */
  readonly days: number;
  readonly speed: ThawSpeed;
}

export interface Archive {
  /** For messages: `s3://bucket`. */
  readonly url: string;
  /** Of each key below a prefix the newest version, where it lies in an archive class, thawed or not. */
  archived(prefix: string): AsyncIterable<ArchivedObject>;
  stateOf(object: ArchivedObject): Promise<ThawState>;
  /** Asks for a readable copy; no fault where it was asked for already. */
  thaw(object: ArchivedObject, options: ThawOptions): Promise<void>;
  close(): void;
}
