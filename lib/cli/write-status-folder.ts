/**
 * The files of a status in a folder, for a pipeline to commit: written where something has changed, or where those that are
 * there are a day old. So a repository gets a commit for each change and at most one a day besides, and who reads a page that
 * is older knows that nobody writes it.
 */
import { isDeepStrictEqual } from 'node:util';
import { STATUS_FILES, STATUS_MEDIA_TYPES } from '../contract/status-pages';
import { statusSchema, type Status } from '../contract/status';
import { statusFiles } from '../operations/status/status-files';
import type { Documents } from '../runtime/documents';

const DAY_MS = 86_400_000;
const WRITTEN = ['page', 'badge', 'markdown', 'json'] as const;

/** @returns whether anything was written @throws Failure `store-failed` */
export async function writeStatusFolder(folder: Documents, status: Status): Promise<boolean> {
  if (await isUpToDate(folder, status)) return false;
  const files = statusFiles(status);
  for (const file of WRITTEN)
    await folder.write(STATUS_FILES[file], Buffer.from(files[file]), STATUS_MEDIA_TYPES[file]);
  return true;
}

async function isUpToDate(folder: Documents, status: Status): Promise<boolean> {
  const found = await Promise.all(WRITTEN.map((file) => folder.read(STATUS_FILES[file])));
  const before = parsed(found[WRITTEN.indexOf('json')]);
  if (before === undefined || found.includes(undefined)) return false;
  const age = Date.parse(status.madeAt) - Date.parse(before.madeAt);
  return age >= 0 && age < DAY_MS && isDeepStrictEqual(substanceOf(before), substanceOf(status));
}

function parsed(body: Buffer | undefined): Status | undefined {
  try {
    return statusSchema.safeParse(JSON.parse(body?.toString('utf8') ?? '')).data;
  } catch {
    return undefined;
  }
}

/** All but what changes with the clock alone: when it was made, and ages in the words of problems. */
function substanceOf(status: Status): unknown {
  const without = ({ alarm, severity, database }: Status['problems'][number]) => [alarm, severity, database];
  const { databases, problems, ...rest } = status;
  return {
    ...{ ...rest, madeAt: '', nextBy: '', problems: problems.map(without) },
    databases: databases.map((database) => ({ ...database, problems: database.problems.map(without) })),
  };
}
