/** The steps of a restore, each timed: what a restore for good and a drill have in common. */
import type { Difference } from '../contract/inventory';
import { compareDatabaseSettings } from '../postgres/compare/compare-database-settings';
import type { Comparison } from '../postgres/compare/compare-restored';
import { applyOwnership, applySettings, createDatabase } from '../postgres/create-database';
import { readDatabaseSettings } from '../postgres/database-settings';
import { fetchedDump, type FetchedDump } from '../postgres/fetched-dump';
import { loadDump } from '../postgres/load-dump';
import { withStoppableSession } from '../postgres/stoppable-session';
import { analyze, unhindered, withMaintenance } from '../postgres/target-server';
import { fetchPoint } from './fetch-point';
import { demandFreeSpace } from './free-space';
import { compareWithManifest, type RestoredPart } from './restore-compare';
import { olderVersions, type RestorePlan } from './restore-plan';

/** Fetches and verifies every object of the point. @throws Failure `restore-refused`, `stored-data-faulty`, `store-failed` */
export async function fetchDump(plan: RestorePlan, directory: string): Promise<FetchedDump> {
  const { manifest, tools, timer } = plan;
  const { storedBytes } = manifest;
  await demandFreeSpace(directory, storedBytes);
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
    tools.reporter.progress({ phase: 'fetch', done: bytes, total: storedBytes, unit: 'bytes', bytes });
  };
  await timer.run('fetch', () =>
    fetchPoint(tools.store, manifest, directory, {
      signal: tools.signal,
      onBytes,
      older: olderVersions(plan),
    }),
  );
  return fetchedDump(manifest, directory);
}

/** @throws Failure `restore-refused` where the server lacks the locale or the user may not create databases */
export async function createTarget({ request, manifest, server, target, timer }: RestorePlan): Promise<void> {
  await timer.run('create', () =>
    withMaintenance(request.maintenance, (client) =>
      createDatabase(client, target.database, manifest.databaseSettings, server.major),
    ),
  );
}

/** Loads the dump and gathers statistics. @throws Failure `restore-failed` */
/** @param entries dump ids of what is loaded. @default - all */
export async function load(
  plan: RestorePlan,
  dump: FetchedDump,
  scratchDirectory: string,
  entries?: ReadonlySet<number>,
): Promise<void> {
  const { tools, toolchain, target, timer } = plan;
  await timer.run('load', () => loadTables(plan, dump, scratchDirectory, entries));
  await timer.run('analyze', () => analyze(target, toolchain, tools.signal));
}

function loadTables(
  plan: RestorePlan,
  dump: FetchedDump,
  scratchDirectory: string,
  entries?: ReadonlySet<number>,
): Promise<void> {
  const { request, tools, manifest, server, toolchain, target, owners, warn } = plan;
  const total = manifest.inventory?.tables.length;
  let done = 0;
  return loadDump({
    dump,
    target,
    toolchain,
    jobs: request.jobs,
    owners,
    managed: !server.superuser,
    scratchDirectory,
    signal: tools.signal,
    ...(entries && { entries }),
    onWarning: warn,
    onTable: () => {
      tools.reporter.progress({ phase: 'load', done: ++done, unit: 'tables', ...(total && { total }) });
    },
  });
}

/** Holds what was loaded against the manifest and the archive's own lines. @param part where not all was loaded */
export function compare(plan: RestorePlan, dump: FetchedDump, part?: RestoredPart): Promise<Comparison> {
  const { request, tools, manifest, toolchain, target, owners, timer } = plan;
  const { signal } = tools;
  const onTable = (done: number, total: number) => {
    tools.reporter.progress({ phase: 'compare', done, total, unit: 'tables' });
  };
  const { compare: level } = request;
  return timer.run('compare', () =>
    compareWithManifest({
      manifest,
      dump,
      target,
      toolchain,
      owners,
      level,
      signal,
      onTable,
      ...(part && { part }),
    }),
  );
}

/** Last of all: a connection limit or a read-only default must not hinder what comes before. Answers what differs. */
export function applyDatabaseSettings(plan: RestorePlan): Promise<Difference[]> {
  return plan.timer.run('settings', () => applyAndCompare(plan));
}

async function applyAndCompare(plan: RestorePlan): Promise<Difference[]> {
  const { request, tools, manifest, target, create, owners, warn } = plan;
  const { databaseSettings: expected } = manifest;
  return withStoppableSession(unhindered(request.maintenance), tools.signal, async (client) => {
    const leftOut = await applySettings(client, target.database, expected);
    for (const { what, reason } of leftOut) warn(`Left out of the database's settings: ${what}: ${reason}`);
    if (owners) await applyOwnership(client, target.database, expected);
    const actual = await readDatabaseSettings(client, target.database);
    const applied = { owners, created: create, leftOut: leftOut.map(({ what }) => what) };
    return compareDatabaseSettings(expected, actual, applied);
  });
}
