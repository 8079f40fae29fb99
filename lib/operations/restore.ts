/**
 * Restores a recovery point: signature, gate, every object fetched and verified, a new database, the dump loaded, and
 * the result compared with what was recorded when it was backed up. Where asked, it then takes the place of a database.
 */
import { messageOf } from '../contract/failure';
import type { Comparison } from '../postgres/compare/compare-restored';
import { describeTarget } from '../postgres/connection';
import { dropDatabase } from '../postgres/create-database';
import type { FetchedDump } from '../postgres/fetched-dump';
import { withMaintenance } from '../postgres/target-server';
import { withScratchDirectory } from '../runtime/scratch-directory';
import { choosePoint, type ChosenPoint } from './choose-point';
import { PhaseTimer } from './phase-timer';
import { auditOf, recordStart, tellOverridden } from './restore-audit';
import { checkRestored } from './restore-checks';
import { notCompared, verdictOn, withoutSettings, worthy } from './restore-verdict';
import { makeMissingRoles } from './restore-globals';
import { withHooks } from './restore-hooks';
import { demandTypedName, planPlace, type PlannedPlace } from './restore-place';
import { announce, planRestore, type RestorePlan } from './restore-plan';
import {
  PHASES,
  type LoadingRequest,
  type Phase,
  type Restored,
  type RestoreRequest,
  type RestoreResult,
  type RestoreTools,
} from './restore-request';
import { applyDatabaseSettings, compare, createTarget, fetchDump, load } from './restore-steps';
import { inPlaceOf } from './take-place';
import { makeReadable } from './thaw-point';

/**
 * @returns also where differences were found: see demandVerdict
 * @throws Failure `stored-data-faulty`, `restore-refused`, `restore-failed`, `stopped` and those of store and server;
 *   a database that we made is then dropped
 */
export async function restore(request: RestoreRequest, tools: RestoreTools): Promise<RestoreResult> {
  tools.signal.throwIfAborted();
  const { point, at, database } = request;
  const startedAt = tools.clock.now();
  const named = { ...(at && { at }), ...(database === undefined ? {} : { database }) };
  const choice = { point, now: startedAt, ...named };
  const chosen = await choosePoint(tools.store, tools.trust, choice, tools.versions);
  const trail = auditOf(request, tools, chosen.manifest, startedAt);
  return trail.recordEndOf(
    async () => {
      const planned = await planAll(request, tools, chosen);
      const { plan, place } = planned;
      announce(plan, startedAt);
      if (place !== undefined) await demandTypedName(place, tools);
      await recordStart(trail, plan, place);
      await makeReadable(plan);
      const result = await restorePlanned(request, tools, planned);
      tellOverridden(trail, tools, place, result);
      return result;
    },
    (result) => verdictOn(result, request.place),
  );
}

interface Planned {
  readonly plan: RestorePlan;
  readonly place: PlannedPlace | undefined;
  readonly timer: PhaseTimer<Phase>;
}

/** Everything that can be refused is refused here. */
function planAll(request: RestoreRequest, tools: RestoreTools, chosen: ChosenPoint): Promise<Planned> {
  return withMaintenance(request.maintenance, async (client) => {
    const timer = new PhaseTimer(PHASES, tools.clock);
    const plan = await planRestore(request, tools, chosen, client, timer);
    return { plan, timer, place: await planPlace(plan, chosen.key, request, tools, client) };
  });
}

async function restorePlanned(
  request: RestoreRequest,
  tools: RestoreTools,
  { plan, place, timer }: Planned,
): Promise<RestoreResult> {
  const good = (restored: Restored) => worthy(restored, request.allow);
  const { result, failedHooks } = await withScratchDirectory(request.scratchRoot, async (directory) => {
    const dump = await fetchDump(plan, directory);
    const fill = async () => {
      await makeMissingRoles(plan);
      return fillDatabase(request, plan, dump, directory);
    };
    const task = () => (place === undefined ? fill() : inPlaceOf({ plan, place, timer }, fill, good));
    return withHooks(request.hooks, hookTools(request, tools, plan, place), task, good);
  });
  const { manifest, warnings, create: created } = plan;
  const { targetDatabase } = request;
  return { manifest, targetDatabase, created, ...result, failedHooks, warnings, seconds: timer.seconds() };
}

function hookTools(
  { targetDatabase }: RestoreRequest,
  { reporter, signal, environment }: RestoreTools,
  { manifest }: RestorePlan,
  place: PlannedPlace | undefined,
) {
  const told = {
    BACKSTOP_POINT: manifest.id,
    BACKSTOP_RESTORED_DATABASE: place?.name ?? targetDatabase,
  };
  return {
    reporter,
    signal,
    environment: { ...environment, ...told },
    secrets: [environment['PGPASSWORD'] ?? ''],
  };
}

async function fillDatabase(
  request: RestoreRequest,
  plan: RestorePlan,
  dump: FetchedDump,
  scratchDirectory: string,
): Promise<Restored> {
  const { signal } = plan.tools;
  if (plan.create) await createTarget(plan);
  let loaded = false;
  let comparison: Comparison | undefined;
  try {
    await load(plan, dump, scratchDirectory);
    loaded = true;
    comparison = await compare(plan, dump);
    const settings = await applyDatabaseSettings(plan);
    const checks = await checkRestored(request.checks, plan, scratchDirectory);
    return { ...comparison, differences: [...comparison.differences, ...settings], checks };
  } catch (error) {
    if (signal.aborted || !loaded) await undo(plan);
    signal.throwIfAborted();
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
  readonly request: Pick<LoadingRequest, 'maintenance' | 'keepFailed'>;
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
