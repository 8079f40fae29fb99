/** The index of a database's recovery points, as it is kept between two passes. Whatever it says, it proves nothing. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Failure } from '../../contract/failure';
import {
  POINT_INDEX_MEDIA_TYPE,
  pointIndexKey,
  pointIndexSchema,
  type PointIndex,
} from '../../contract/point-index';
import { DOCUMENT_MAX_BYTES, type Documents } from '../../runtime/documents';

/**
 * @returns undefined where there is none that can be used: absent, unreadable, of another version or another database
 * @throws Failure `store-failed`
 */
export async function loadIndex(documents: Documents, database: string): Promise<PointIndex | undefined> {
  const body = await documents.read(pointIndexKey(database)).catch((error: unknown) => {
    if (error instanceof Failure && error.kind === 'stored-data-faulty') return undefined;
    throw error;
  });
  const index = body && pointIndexSchema.safeParse(await unpacked(body)).data;
  return index?.database === database ? index : undefined;
}

/** Of two passes at once the last one wins: both know the same. @throws Failure `store-failed` */
export async function saveIndex(documents: Documents, index: PointIndex): Promise<void> {
  const body = await promisify(gzip)(JSON.stringify(index));
  await documents.write(pointIndexKey(index.database), body, POINT_INDEX_MEDIA_TYPE);
}

async function unpacked(body: Buffer): Promise<unknown> {
  try {
    const bytes = await promisify(gunzip)(body, { maxOutputLength: DOCUMENT_MAX_BYTES });
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
