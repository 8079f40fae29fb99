/**
 * Restores a recovery point: signature, gate, every object fetched and verified, a new database, the dump loaded, and
 * the result compared with what was recorded when it was backed up.
 */
import { Failure, messageOf } from '../contract/failure';
import { failing } from '../contract/inventory';
import type { Comparison } from '../postgres/compare/compare-restored';
import { describeTarget } from '../postgres/connection';
import { dropDatabase } from '../postgres/create-database';
import type { FetchedDump } from '../postgres/fetched-dump';
import { withMaintenance } from '../postgres/target-server';
import { withScratchDirectory } from '../runtime/scratch-directory';
import { choosePoint } from './choose-point';
import { announce, planRestore, type RestorePlan } from './restore-plan';
import type { RestoreRequest, RestoreResult, RestoreTools } from './restore-request';
import { applyDatabaseSettings, compare, createTarget, fetchDump, load } from './restore-steps';

/**
 * @returns also where differences were found: see failOnDifferences
 * @throws Failure `stored-data-faulty`, `restore-refused`, `restore-failed`, `stopped` and those of store and server;
 *   a database that we made is then dropped
 */
export async function restore(request: RestoreRequest, tools: RestoreTools): Promise<RestoreResult> {
  tools.signal.throwIfAborted();
  const { point, database } = request;
  const now = tools.clock.now();
  const choice = { point, now, ...(database === undefined ? {} : { database }) };
  const chosen = await choosePoint(tools.store, tools.trust, choice);
  const plan = await withMaintenance(request.maintenance, (client) =>
    planRestore(request, tools, chosen, client),
  );
  announce(plan, now);
  return withScratchDirectory(request.scratchRoot, async (directory) => {
    const dump = await fetchDump(plan, directory);
    return fillDatabase(plan, dump, directory);
  });
}

/** @throws Failure `differences` that names each, where data or schema are not as they were */
export function failOnDifferences({ differences, targetDatabase }: RestoreResult): void {
  const failed = failing(differences);
  if (failed.length === 0) return;
  const lines = failed.map(({ subject, text }) => `${subject} ${text}`);
  throw new Failure(
    'differences',
    [`${targetDatabase} was restored, but it is not what was backed up:`, ...lines].join('\n  '),
    {
      hint: `The database ${targetDatabase} is left for a look at it. Restore an older point into another one.`,
    },
  );
}

async function fillDatabase(
  plan: RestorePlan,
  dump: FetchedDump,
  scratchDirectory: string,
): Promise<RestoreResult> {
  const { request, tools, manifest, create, timer } = plan;
  if (create) await createTarget(plan);
  let loaded = false;
  let comparison: Comparison | undefined;
  try {
    await load(plan, dump, scratchDirectory);
    loaded = true;
    comparison = await compare(plan, dump);
    const settings = await applyDatabaseSettings(plan);
    const { targetDatabase } = request;
    const { warnings } = plan;
    return {
      manifest,
      targetDatabase,
      created: create,
      ...comparison,
      differences: [...comparison.differences, ...settings],
      warnings,
      seconds: timer.seconds(),
    };
  } catch (error) {
    if (tools.signal.aborted || !loaded) await undo(plan);
    tools.signal.throwIfAborted();
    if (comparison !== undefined) throw withoutSettings(plan, comparison, error);
    throw loaded ? notCompared(plan, error) : error;
  }
}

/** A half-filled database must not look like a whole one. Says what it did; never hides the first error. */
export async function undo({
  request,
  target,
  create,
  warn,
}: Pick<RestorePlan, 'target' | 'create' | 'warn'> & {
  readonly request: Pick<RestoreRequest, 'maintenance' | 'keepFailed'>;
}): Promise<void> {
  const name = describeTarget(target);
  if (!create) {
    warn(`${name} was empty; it may now hold a part of the dump. It was not ours to drop.`);
    return;
  }
  if (request.keepFailed) {
    warn(`${name} is left half-filled, as --keep-failed asks. Do not use it.`);
    return;
  }
  try {
    await withMaintenance(request.maintenance, (client) => dropDatabase(client, target.database));
    warn(`${name} was dropped again: it was not whole.`);
  } catch (error) {
    warn(`${name} is half-filled and could not be dropped: ${messageOf(error)}. Drop it by hand.`);
  }
}

function notCompared({ target }: RestorePlan, error: unknown): Failure {
  return new Failure(
    'restore-failed',
    `${describeTarget(target)} was loaded without an error, but could not be compared: ${messageOf(error)}`,
    { cause: error, hint: 'It is left as it is. Nobody knows whether it holds what was backed up.' },
  );
}

function withoutSettings({ target }: RestorePlan, { differences }: Comparison, error: unknown): Failure {
  const lines = failing(differences).map(({ subject, text }) => `${subject} ${text}`);
  const verdict = lines.length === 0 ? 'it is what was backed up' : 'it is NOT what was backed up';
  return new Failure(
    'restore-failed',
    [
      `${describeTarget(target)} was loaded and compared, and ${verdict}; but the settings of the database could not be applied: ${messageOf(error)}`,
      ...lines,
    ].join('\n  '),
    {
      cause: error,
      hint: 'It is left as it is. Owner and privileges need a superuser, or a member of those roles.',
    },
  );
}
