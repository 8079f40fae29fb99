/** What lies in a store, every version of it: what is paid for, whatever a listing of the newest ones shows. */
import type { Store } from './store';

export interface StoredVersionSize {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** As S3 names it; undefined where the store has none. */
  readonly storageClass: string | undefined;
  /** Neither a newer version nor a delete marker stands above it. */
  readonly isCurrent: boolean;
}

export interface StoredVersions {
  /** In order of the keys. @throws Failure `store-failed` */
  sizes(prefix: string): AsyncIterable<StoredVersionSize>;
}

/** Of a folder, which keeps one version of each file and has no storage classes. */
export function sizesOfFiles(store: Store): StoredVersions {
  async function* sizes(prefix: string): AsyncGenerator<StoredVersionSize> {
    for await (const { key, bytes, modifiedAt, hidden } of store.list(prefix))
      yield { key, bytes, modifiedAt, storageClass: undefined, isCurrent: !hidden };
  }
  return { sizes };
}
