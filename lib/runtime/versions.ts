/**
 * What lies under one key, below what a store shows of it. Apart from the store, because a directory keeps no versions, and
 * only a restore may look there: to a check and a drill what lies on top is what counts. Its one implementation is S3.
 */
import type { Readable } from 'node:stream';
import type { ReadOptions } from './store';

export interface StoredVersion {
  readonly versionId: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface Versions {
  /** Newest first; none for a key that was never written. */
  all(key: string): Promise<readonly StoredVersion[]>;
  /** A stream that breaks off ends with a Failure `store-failed`, never short. */
  get(key: string, version: StoredVersion, options?: ReadOptions): Promise<Readable>;
  close(): void;
}
