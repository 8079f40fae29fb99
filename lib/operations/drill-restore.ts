/** The middle of a drill: a server, roles and a database for it alone, the steps of a restore, and the checks. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Failure, messageOf } from '../contract/failure';
import { humanBytes, humanSeconds } from '../contract/human';
import { drillDatabaseName, dropDrillDatabase, leftDatabases } from '../postgres/drill-databases';
import { demandDrillReadiness } from '../postgres/drill-readiness';
import { withDrillRoles } from '../postgres/drill-roles';
import type { DrillServer } from '../postgres/drill-server';
import { refusalInWords } from '../postgres/refusal-words';
import { withMaintenance } from '../postgres/target-server';
import { withScratchDirectory } from '../runtime/scratch-directory';
import { runChecks } from './drill-checks';
import type { DrillFindings } from './drill-findings';
import type { DrillRun } from './drill-run';
import { freeBytesIn } from './free-space';
import { planRestore, type RestorePlan } from './restore-plan';
import { applyDatabaseSettings, compare, createTarget, fetchDump, load } from './restore-steps';

/** Nothing of it is there afterwards: neither server nor database, roles or files. */
export async function restoreAndCheck(run: DrillRun, findings: DrillFindings): Promise<void> {
  const { tools, point, timer } = run;
  const { manifest } = point;
  await announce(run);
  const started = timer.begin('start');
  try {
    await tools.servers.with(wantedServer(run), async (server) => {
      findings.serverVersion = server.version;
      await tellLeft(run, server);
      await demandDrillReadiness(server, manifest);
      const owners = bringsOwners(run, server);
      const onWarning = (text: string) => {
        tools.reporter.warn(text);
      };
      await withDrillRoles({ server, manifest, owners, onWarning }, () =>
        withDatabase(run, server, async () => {
          const plan = await planOf(run, server, owners);
          started();
          await restoreCompareAndCheck(run, plan, findings);
        }),
      );
    });
  } finally {
    started();
  }
}

/** What is about to happen: told before the first byte moves. */
async function announce({ id, request, tools, point }: DrillRun): Promise<void> {
  const { manifest } = point;
  const { database, snapshotAt, storedBytes, databaseBytes, format } = manifest;
  const age = humanSeconds(Math.max(0, (tools.clock.now().getTime() - Date.parse(snapshotAt)) / 1000));
  tools.reporter.info(`Drill ${id} of ${database} ${manifest.id}, as of ${snapshotAt} (${age} old)`, {
    server: tools.servers.kind === 'server' ? 'given' : `throw-away, PostgreSQL ${manifest.server.major}`,
    ...{ format, storedBytes, databaseBytes, checks: request.checks.length },
  });
  if (tools.servers.kind === 'server') return;
  const needed = storedBytes + databaseBytes;
  // A folder that is not there is told where one is made in it.
  const free = await freeBytesIn(request.scratchRoot).catch(() => needed);
  if (free < needed)
    tools.reporter.warn(
      `${request.scratchRoot} has ${humanBytes(free)} free; dump and database may need ${humanBytes(needed)} there.`,
    );
}

function wantedServer({ id, request, tools, point }: DrillRun) {
  const { server, extensions } = point.manifest;
  const { scratchRoot, postgresBin } = request;
  return {
    major: server.major,
    extensions: extensions.map(({ name }) => name),
    ...{ database: drillDatabaseName(id), scratchRoot, signal: tools.signal },
    ...(postgresBin === undefined ? {} : { postgresBin }),
  };
}

/** Only a superuser gives objects to roles that it is no member of; a plain dump holds neither. */
function bringsOwners({ tools, point }: DrillRun, server: DrillServer): boolean {
  if (point.manifest.format === 'plain') return false;
  if (!server.superuser)
    tools.reporter.warn(
      `${server.maintenance.user} is no superuser: owners and privileges are neither restored nor compared.`,
    );
  return server.superuser;
}

/** A throw-away server holds nothing of earlier drills. */
async function tellLeft({ tools }: DrillRun, { kind, maintenance }: DrillServer): Promise<void> {
  if (kind === 'throw-away') return;
  for (const left of await leftDatabases(maintenance, tools.clock.now())) tools.reporter.warn(left);
}

/** A throw-away server takes its databases with it; of a given one a copy that stays behind fails the drill. */
async function withDatabase(run: DrillRun, server: DrillServer, task: () => Promise<void>): Promise<void> {
  if (server.kind === 'throw-away') return task();
  const drop = () => dropDrillDatabase(server.maintenance, drillDatabaseName(run.id));
  try {
    await task();
    run.tools.signal.throwIfAborted();
  } catch (error) {
    // Why the drill failed is told first, and beside it what stays behind.
    await drop().catch((left: unknown) => {
      run.tools.reporter.warn(messageOf(left));
    });
    throw error;
  }
  await drop();
}

function planOf(run: DrillRun, { maintenance }: DrillServer, owners: boolean): Promise<RestorePlan> {
  const { request, tools, point, timer } = run;
  const { jobs, scratchRoot, postgresBin } = request;
  const restoring = {
    ...{ point: point.manifest.id, maintenance, targetDatabase: drillDatabaseName(run.id), jobs, owners },
    ...{ compare: 'content' as const, keepFailed: false, scratchRoot },
    ...(postgresBin === undefined ? {} : { postgresBin }),
  };
  return withMaintenance(maintenance, (client) => planRestore(restoring, tools, point, client, timer));
}

async function restoreCompareAndCheck(
  run: DrillRun,
  plan: RestorePlan,
  findings: DrillFindings,
): Promise<void> {
  const { request, tools, timer } = run;
  await withScratchDirectory(request.scratchRoot, async (directory) => {
    const dump = await fetchDump(plan, directory);
    await createTarget(plan);
    await load(plan, dump, directory);
    const { compared, differences } = await compare(plan, dump).catch(notDone('it could not be compared'));
    findings.compared = compared;
    findings.differences.push(...differences);
    const settings = await applyDatabaseSettings(plan).catch(notDone('its settings could not be applied'));
    findings.differences.push(...settings);
    const target = { ...plan.request.maintenance, database: plan.target.database };
    const scratchDirectory = path.join(directory, 'checks');
    await mkdir(scratchDirectory, { mode: 0o700 });
    const checking = { ...tools, target, scratchDirectory };
    await timer.run('checks', () => runChecks(request.checks, checking, findings.checks));
  });
}

function notDone(what: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Failure) throw error;
    throw new Failure(
      'restore-failed',
      `The database was loaded without an error, but ${what}: ${refusalInWords(error)}`,
    );
  };
}
