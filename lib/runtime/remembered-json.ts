/** What a program remembers between its runs, as a document: JSON, gzipped to a tenth, for it is written every hour. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Failure } from '../contract/failure';
import { DOCUMENT_MAX_BYTES, type Documents } from './documents';

const MEDIA_TYPE = 'application/gzip';

/**
 * @returns undefined where there is none that can be read
 * @throws Failure `store-failed`
 */
export async function readRemembered(documents: Documents, key: string): Promise<unknown> {
  const body = await documents.read(key).catch((error: unknown) => {
    if (error instanceof Failure && error.kind === 'stored-data-faulty') return undefined;
    throw error;
  });
  if (body === undefined) return undefined;
  try {
    const bytes = await promisify(gunzip)(body, { maxOutputLength: DOCUMENT_MAX_BYTES });
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @throws Failure `store-failed` */
export async function remember(documents: Documents, key: string, value: unknown): Promise<void> {
  await documents.write(key, await promisify(gzip)(JSON.stringify(value)), MEDIA_TYPE);
}
