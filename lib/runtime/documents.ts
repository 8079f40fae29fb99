/**
 * Documents that are written over on each run: the monitor's own state, and the pages that tell how the backups are. This is
 * no Store, and stands apart from it on purpose: a store overwrites nothing, which a recovery point relies on, and nothing
 * that can overwrite may ever come near one. So the two share no method, a bucket of recovery points is refused by its name,
 * and so is every key that a recovery point, its manifest or its proof could have.
 *
 * One contract, two implementations (S3, a directory), one conformance suite (test/runtime/documents-conformance.ts):
 *
 * - A document appears whole or not at all: whoever reads gets the one before or the new one. Of two writers the last wins.
 * - What is read is what was written, or the reading fails. It is held in memory, so it has a largest size.
 * - Errors are Failures of kind `store-failed`; a document that is too large is of kind `stored-data-faulty`.
 */
import { Failure } from '../contract/failure';
import { PREFIXES } from '../contract/object-keys';
import { checkKey } from './store-key';

export interface Documents {
  /** For messages: `s3://bucket` or `file:/path`. */
  readonly url: string;
  /** undefined where there is none. */
  read(key: string): Promise<Buffer | undefined>;
  /** @param mediaType as browsers are told it; a directory has none and ignores it */
  write(key: string, body: Uint8Array, mediaType: string): Promise<void>;
}

/** An index of ten thousand recovery points is a tenth of it. */
export const DOCUMENT_MAX_BYTES = 128 * 1024 * 1024;

/** As the storage stack names buckets of recovery points. */
const BACKUP_BUCKET = /-(postgres|redis|media)-\d{12}-[a-z0-9-]+$/;

/** @throws Failure `usage` for a bucket that holds recovery points */
export function refuseBackupBucket(bucket: string): void {
  if (!BACKUP_BUCKET.test(bucket)) return;
  throw new Failure('usage', `${bucket} holds recovery points: nothing is ever overwritten there.`, {
    hint: 'Name the status bucket of the installation, or a folder.',
  });
}

/** @throws Failure `store-failed` for what is no key, or one where recovery points lie */
export function checkDocumentKey(key: string): void {
  checkKey(key);
  if (!Object.values(PREFIXES).some((prefix) => key.startsWith(prefix))) return;
  throw new Failure('store-failed', `${key} is no document's key: recovery points lie there.`);
}

/** @throws Failure `stored-data-faulty` for more than any document has */
export function checkDocumentBytes(bytes: number, place: string, most = DOCUMENT_MAX_BYTES): void {
  if (bytes <= most) return;
  throw new Failure('stored-data-faulty', `${place} has more than ${most} bytes: it is no document of ours.`);
}
