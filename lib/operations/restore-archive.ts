/**
 * Restores an archive that a script made: checksum, read to its end, gate, a new database, the dump loaded, and its rows
 * held against the archive's own. It carries no signature and no inventory: nothing more can be proven.
 */
import { Failure, messageOf } from '../contract/failure';
import { failing } from '../contract/inventory';
import { describeTarget } from '../postgres/connection';
import { createEmptyDatabase } from '../postgres/create-empty-database';
import { loadDump } from '../postgres/load-dump';
import { analyze, withMaintenance } from '../postgres/target-server';
import { withScratchDirectory } from '../runtime/scratch-directory';
import { archiveAuditOf } from './archive/archive-audit';
import { planArchive, type ArchivePlan } from './archive/archive-plan';
import type {
  RestoreArchiveRequest,
  RestoreArchiveResult,
  RestoreArchiveTools,
} from './archive/archive-request';
import { compareWithArchive } from './archive/compare-archive';
import { undo } from './restore';
import { recordStart } from './restore-audit';

/**
 * @returns also where differences were found: see failOnArchiveDifferences
 * @throws Failure `stored-data-faulty`, `restore-refused`, `restore-failed`, `stopped` and those of store and server;
 *   a database that we made is then dropped
 */
export async function restoreArchive(
  request: RestoreArchiveRequest,
  tools: RestoreArchiveTools,
): Promise<RestoreArchiveResult> {
  tools.signal.throwIfAborted();
  const trail = tools.audit === undefined ? undefined : archiveAuditOf(request, tools, tools.audit);
  const task = () =>
    withScratchDirectory(request.scratchRoot, async (directory) => {
      const plan = await planArchive(request, tools, directory);
      announce(plan);
      if (trail !== undefined) await recordStart(trail, plan);
      return fillDatabase(plan, directory);
    });
  return trail === undefined ? task() : trail.recordEndOf(task, verdictOnArchive);
}

/** @throws Failure `differences` that names each */
export function failOnArchiveDifferences(result: RestoreArchiveResult): void {
  const failure = verdictOnArchive(result);
  if (failure !== undefined) throw failure;
}

function verdictOnArchive({ differences, targetDatabase }: RestoreArchiveResult): Failure | undefined {
  const failed = failing(differences);
  if (failed.length === 0) return undefined;
  const lines = failed.map(({ subject, text }) => `${subject} ${text}`);
  return new Failure(
    'differences',
    [`${targetDatabase} was restored, but it does not hold what the archive says:`, ...lines].join('\n  '),
    { hint: `The database ${targetDatabase} is left for a look at it.` },
  );
}

function announce({ archive, create, target, server, toolchain, tools }: ArchivePlan): void {
  tools.reporter.info(
    `Restoring ${archive.name} into ${create ? 'the new' : 'the empty'} database ${describeTarget(target)}`,
    {
      format: archive.format,
      of: archive.serverVersion,
      server: server.version,
      client: toolchain.version,
      bytes: archive.bytes,
    },
  );
}

async function fillDatabase(plan: ArchivePlan, scratchDirectory: string): Promise<RestoreArchiveResult> {
  const { request, tools, archive, create, target, encoding, timer, warnings } = plan;
  if (create) {
    await timer.run('create', () =>
      withMaintenance(request.maintenance, (client) =>
        createEmptyDatabase(client, target.database, encoding),
      ),
    );
  }
  let loaded = false;
  try {
    await timer.run('load', () => load(plan, scratchDirectory));
    await timer.run('analyze', () => analyze(target, plan.toolchain, tools.signal));
    loaded = true;
    const comparison = await timer.run('compare', () =>
      compareWithArchive({ ...plan, compare: !plan.createsDatabases, signal: tools.signal }),
    );
    const { targetDatabase } = request;
    return { archive, targetDatabase, created: create, ...comparison, warnings, seconds: timer.seconds() };
  } catch (error) {
    if (tools.signal.aborted || !loaded) await undoAll(plan);
    tools.signal.throwIfAborted();
    throw loaded ? notCompared(plan, error) : error;
  }
}

function load(plan: ArchivePlan, scratchDirectory: string): Promise<void> {
  const { request, tools, dump, server, toolchain, target, createsDatabases, warn } = plan;
  let done = 0;
  return loadDump({
    dump,
    target,
    toolchain,
    jobs: request.jobs,
    owners: request.owners,
    managed: !server.superuser,
    createsDatabases,
    scratchDirectory,
    signal: tools.signal,
    onWarning: warn,
    onTable: () => {
      tools.reporter.progress({ phase: 'load', done: ++done, unit: 'tables' });
    },
  });
}

async function undoAll(plan: ArchivePlan): Promise<void> {
  await undo(plan);
  if (plan.createsDatabases)
    plan.warn(
      'Databases that the archive made by itself are left as they are: look at each, and drop it by hand.',
    );
}

function notCompared({ target }: ArchivePlan, error: unknown): Failure {
  return new Failure(
    'restore-failed',
    `${describeTarget(target)} was loaded without an error, but could not be compared with the archive: ${messageOf(error)}`,
    { cause: error, hint: 'It is left as it is. Nobody knows whether it holds what the archive holds.' },
  );
}
