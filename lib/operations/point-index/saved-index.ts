/** The index of a database's recovery points, as it is kept between two passes. Whatever it says, it proves nothing. */
import { pointIndexKey, pointIndexSchema, type PointIndex } from '../../contract/point-index';
import type { Documents } from '../../runtime/documents';
import { readRemembered, remember } from '../../runtime/remembered-json';

/**
 * @returns undefined where there is none that can be used: absent, unreadable, of another version or another database
 * @throws Failure `store-failed`
 */
export async function loadIndex(documents: Documents, database: string): Promise<PointIndex | undefined> {
  const index = pointIndexSchema.safeParse(await readRemembered(documents, pointIndexKey(database))).data;
  return index?.database === database ? index : undefined;
}

/** Of two passes at once the last one wins: both know the same. @throws Failure `store-failed` */
export async function saveIndex(documents: Documents, index: PointIndex): Promise<void> {
  await remember(documents, pointIndexKey(index.database), index);
}
