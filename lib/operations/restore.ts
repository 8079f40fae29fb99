/**
 * Restores a recovery point: signature, gate, every object fetched and verified, a new database, the dump loaded, and
 * the result compared with what was recorded when it was backed up.
 */
import { Failure, messageOf } from '../contract/failure';
import { failing, type Difference } from '../contract/inventory';
import { compareDatabaseSettings } from '../postgres/compare/compare-database-settings';
import type { Comparison } from '../postgres/compare/compare-restored';
import { describeTarget } from '../postgres/connection';
import { applyOwnership, applySettings, createDatabase, dropDatabase } from '../postgres/create-database';
import { readDatabaseSettings } from '../postgres/database-settings';
import { fetchedDump, type FetchedDump } from '../postgres/fetched-dump';
import { loadDump } from '../postgres/load-dump';
import { analyze, withSession } from '../postgres/target-server';
import { withScratchDirectory } from '../runtime/scratch-directory';
import { choosePoint } from './choose-point';
import { fetchPoint } from './fetch-point';
import { demandFreeSpace } from './free-space';
import { compareWithManifest } from './restore-compare';
import { announce, planRestore, type RestorePlan } from './restore-plan';
import type { RestoreRequest, RestoreResult, RestoreTools } from './restore-request';

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
  const plan = await withSession(request.maintenance, (client) =>
    planRestore(request, tools, chosen, client),
  );
  announce(plan, now);
  return withScratchDirectory(request.scratchRoot, async (directory) => {
    await fetchObjects(plan, directory);
    return fillDatabase(plan, fetchedDump(plan.manifest, directory), directory);
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

async function fetchObjects({ manifest, tools, timer }: RestorePlan, directory: string): Promise<void> {
  const { storedBytes } = manifest;
  await demandFreeSpace(directory, storedBytes);
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
    tools.reporter.progress({ phase: 'fetch', done: bytes, total: storedBytes, unit: 'bytes', bytes });
  };
  await timer.run('fetch', () =>
    fetchPoint(tools.store, manifest, directory, { signal: tools.signal, onBytes }),
  );
}

async function fillDatabase(
  plan: RestorePlan,
  dump: FetchedDump,
  scratchDirectory: string,
): Promise<RestoreResult> {
  const { request, tools, manifest, server, toolchain, target, create, timer } = plan;
  if (create) {
    await timer.run('create', () =>
      withSession(request.maintenance, (client) =>
        createDatabase(client, target.database, manifest.databaseSettings, server.major),
      ),
    );
  }
  let loaded = false;
  let comparison: Comparison | undefined;
  try {
    await timer.run('load', () => load(plan, dump, scratchDirectory));
    await timer.run('analyze', () => analyze(target, toolchain, tools.signal));
    loaded = true;
    comparison = await timer.run('compare', () => compare(plan, dump));
    const settings = await timer.run('settings', () => applyDatabaseSettings(plan));
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

function load(plan: RestorePlan, dump: FetchedDump, scratchDirectory: string): Promise<void> {
  const { request, tools, manifest, server, toolchain, target, warn } = plan;
  const total = manifest.inventory?.tables.length;
  let done = 0;
  return loadDump({
    dump,
    target,
    toolchain,
    jobs: request.jobs,
    owners: request.owners,
    managed: !server.superuser,
    scratchDirectory,
    signal: tools.signal,
    onWarning: warn,
    onTable: () => {
      tools.reporter.progress({ phase: 'load', done: ++done, unit: 'tables', ...(total && { total }) });
    },
  });
}

function compare(plan: RestorePlan, dump: FetchedDump): Promise<Comparison> {
  const { request, tools, manifest, toolchain, target } = plan;
  return compareWithManifest({
    manifest,
    dump,
    target,
    toolchain,
    owners: request.owners,
    level: request.compare,
    signal: tools.signal,
    onTable: (done, total) => {
      tools.reporter.progress({ phase: 'compare', done, total, unit: 'tables' });
    },
  });
}

/** Last of all: a connection limit or a read-only default must not hinder what comes before. Answers what differs. */
async function applyDatabaseSettings(plan: RestorePlan): Promise<Difference[]> {
  const { request, manifest, target, create, warn } = plan;
  const { databaseSettings: expected } = manifest;
  const { owners } = request;
  return withSession(request.maintenance, async (client) => {
    const leftOut = await applySettings(client, target.database, expected);
    for (const { what, reason } of leftOut) warn(`Left out of the database's settings: ${what}: ${reason}`);
    if (owners) await applyOwnership(client, target.database, expected);
    const actual = await readDatabaseSettings(client, target.database);
    const applied = { owners, created: create, leftOut: leftOut.map(({ what }) => what) };
    return compareDatabaseSettings(expected, actual, applied);
  });
}

/** A half-filled database must not look like a whole one. Says what it did; never hides the first error. */
async function undo({ request, target, create, warn }: RestorePlan): Promise<void> {
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
    await withSession(request.maintenance, (client) => dropDatabase(client, target.database));
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
