/** Thaws what of a recovery point is archived, and waits until all of it can be read: hours. */
import pLimit from 'p-limit';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import { THAW_TIMES } from '../contract/storage-class';
import { withMaintenance } from '../postgres/target-server';
import type { Archive, ThawOptions } from '../runtime/archive';
import {
  archivedParts,
  inWords,
  mustBeThawed,
  REQUESTS_AT_A_TIME,
  type ArchivedPart,
} from './archived-point';
import { admitTarget } from './restore-gate';
import type { RestorePlan } from './restore-plan';
import type { LoadingTools } from './restore-request';

/** How often it is asked whether the thaw is over: soon at first, because it may be nearly done. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * @throws Failure `restore-refused` where something is archived and no thaw is asked for, `usage` for a speed that its
 *   class does not have, `stopped`
 */
export async function makeReadable({ request, tools, manifest, target, create }: RestorePlan): Promise<void> {
  const { archive, reporter } = tools;
  const { thaw } = request;
  const parts = (await archivedParts(archive, manifest)).filter(({ state }) => state !== 'readable');
  if (archive === undefined || parts.length === 0) return;
  if (thaw === undefined) throw mustBeThawed(manifest, parts, 'Run again with --thaw');
  const times = parts.map(({ object }) => timeOf(object.storageClass, thaw));
  reporter.info(`Thawing ${manifest.id}: ${inWords(parts)}; it takes ${[...new Set(times)].join(', ')}.`);
  await thawAll(archive, parts, thaw, tools, manifest);
  // Hours went by: an empty database may have been filled. One that is to be made is refused by the server if it is there.
  if (!create) await withMaintenance(request.maintenance, (client) => admitTarget(client, target, manifest));
}

function timeOf(storageClass: keyof typeof THAW_TIMES, { speed }: ThawOptions): string {
  const time = THAW_TIMES[storageClass][speed];
  if (time !== undefined) return time;
  throw new Failure('usage', `${storageClass} has no ${speed} thaw.`, {
    hint: `It has: ${Object.keys(THAW_TIMES[storageClass]).join(', ')}.`,
  });
}

async function thawAll(
  archive: Archive,
  parts: readonly ArchivedPart[],
  options: ThawOptions,
  { reporter, signal }: LoadingTools,
  manifest: Manifest,
): Promise<void> {
  let readable = 0;
  const told = () => {
    reporter.progress({ phase: 'thaw', done: readable, total: parts.length, unit: 'objects' });
  };
  try {
    await askForAll(archive, parts, options, signal);
    let waiting = parts;
    for (let pause = FIRST_PAUSE_MS; waiting.length > 0; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      told();
      await wait(pause, undefined, { signal });
      waiting = await stillWaiting(archive, waiting, signal);
      readable = parts.length - waiting.length;
    }
    told();
  } catch (error) {
    throw signal.aborted ? stoppedWhile(manifest, `${readable} of ${parts.length}`, options) : error;
  }
}

async function askForAll(
  archive: Archive,
  parts: readonly ArchivedPart[],
  options: ThawOptions,
  signal: AbortSignal,
): Promise<void> {
  const archived = parts.filter(({ state }) => state === 'archived');
  await pLimit(REQUESTS_AT_A_TIME).map(archived, async ({ object }) => {
    signal.throwIfAborted();
    await archive.thaw(object, options);
  });
}

async function stillWaiting(
  archive: Archive,
  parts: readonly ArchivedPart[],
  signal: AbortSignal,
): Promise<ArchivedPart[]> {
  const now = await pLimit(REQUESTS_AT_A_TIME).map(parts, async ({ object }) => {
    signal.throwIfAborted();
    return { object, state: await archive.stateOf(object) };
  });
  return now.filter(({ state }) => state !== 'readable');
}

function stoppedWhile({ id }: Manifest, readable: string, { days }: ThawOptions): Failure {
  return new Failure(
    'stopped',
    `Stopped while ${id} is being thawed: ${readable} objects can be read. Nothing was restored.`,
    {
      hint: `The thaw goes on without us. Run the same command again later; what is thawed stays readable for ${days} days.`,
    },
  );
}
