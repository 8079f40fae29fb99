/** What is known of a database's recovery points and drills, made from the store: only what is new or changed is read. */
import type { PointIndex } from '../../contract/point-index';
import type { Store } from '../../runtime/store';
import type { Trust } from '../read-manifest';

export interface IndexSources {
  readonly store: Store;
  readonly trust: Trust;
  /** undefined where it is not said whose evidence is believed: no drill is known then. */
  readonly evidenceTrust: Trust | undefined;
  /** Points that began before it are not looked for. @default - all are */
  readonly since?: Date;
  /** Is given what is known so far after many documents were read: where the rest fails, they need not be read again. */
  readonly keep?: (soFar: PointIndex) => Promise<void>;
}

/**
 * @param saved what was known before
 * @throws Failure `store-failed`: what cannot be fetched is not called faulty
 */
export function updatedIndex(
  database: string,
  sources: IndexSources,
  saved: PointIndex | undefined,
  now: Date,
): Promise<PointIndex> {
  return Promise.reject(
    new Error(`to be made: ${database} ${sources.store.url} ${String(saved)} ${String(now)}`),
  );
}
