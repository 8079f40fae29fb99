/** Writes a status where it is read: for people, for programs, for a repository's front page. */
import { STATUS_MEDIA_TYPES, statusKey } from '../../contract/status-pages';
import { statusSchema, type Status } from '../../contract/status';
import type { Documents } from '../../runtime/documents';
import { statusFiles } from './status-files';

/**
 * What programs read comes last: it says that the others are there.
 * @throws Failure `store-failed`
 */
export async function writeStatus(documents: Documents, status: Status): Promise<void> {
  const files = statusFiles(statusSchema.parse(status));
  for (const file of ['page', 'badge', 'markdown', 'json'] as const)
    await documents.write(statusKey(file), Buffer.from(files[file]), STATUS_MEDIA_TYPES[file]);
}
