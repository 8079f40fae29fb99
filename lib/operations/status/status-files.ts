/** The files that tell the status, by their names in lib/contract/status-pages.ts. Pure. */
import type { StatusFile } from '../../contract/status-pages';
import { statusSchema, type Status } from '../../contract/status';
import { statusBadge } from './badge';
import { statusMarkdown } from './markdown';
import { statusPage } from './page';

/** @throws ZodError for a status that is none: a defect, not a fault of anybody's data */
export function statusFiles(status: Status): Readonly<Record<StatusFile, string>> {
  const checked = statusSchema.parse(status);
  return {
    page: statusPage(status),
    json: `${JSON.stringify(checked, null, 2)}\n`,
    badge: statusBadge(status),
    markdown: statusMarkdown(status),
  };
}
