/**
 * Restores chosen tables of a recovery point, and what they need, into a database beside the running one. Nothing else of the
 * point is fetched, and the result is compared as a whole restore is.
 */
import { Failure } from '../contract/failure';
import { failing } from '../contract/inventory';
import type { Manifest } from '../contract/manifest';
import { readableName } from '../postgres/compare/identifiers';
import { chooseTables, type TableChoice, type TableName } from '../postgres/part/choose-tables';
import { partOfCatalog, partOfInventory, partOfManifest } from '../postgres/part/part-of-manifest';
import { withMaintenance } from '../postgres/target-server';
import { qualifiedName } from '../postgres/tables';
import { withScratchDirectory } from '../runtime/scratch-directory';
import { choosePoint } from './choose-point';
import { fetchTables, type FetchedTables } from './fetch-tables';
import {
  admitMissingRows,
  writeMissingRows,
  type MissingRows,
  type MissingRowsRequest,
} from './missing-rows';
import { PhaseTimer } from './phase-timer';
import { undo } from './restore';
import { auditOf, recordStart } from './restore-audit';
import { checkRestored } from './restore-checks';
import { makeMissingRoles } from './restore-globals';
import { announce, planRestore, type RestorePlan } from './restore-plan';
import {
  PHASES,
  type Phase,
  type RestoreRequest,
  type RestoreResult,
  type RestoreTools,
} from './restore-request';
import { notCompared, verdictOn } from './restore-verdict';
import { compare, createTarget, load } from './restore-steps';
import { makeReadable } from './thaw-point';

export interface RestoreTablesRequest extends RestoreRequest {
  /** As of `backup --table`. */
  readonly tables: readonly string[];
  /** @default - no other database is looked at */
  readonly missingRows?: MissingRowsRequest;
}

export interface RestoreTablesResult extends RestoreResult {
  /** Those that came with their rows. */
  readonly tables: readonly TableName[];
  readonly missingRows?: MissingRows;
}

/**
 * @returns also where differences were found: see demandVerdict
 * @throws Failure as restore does; `usage` for a pattern that means no table; `restore-refused` for a plain dump, and for a table
 *   whose missing rows cannot be told
 */
export async function restoreTables(
  request: RestoreTablesRequest,
  tools: RestoreTools,
): Promise<RestoreTablesResult> {
  tools.signal.throwIfAborted();
  const { point, at, database } = request;
  const startedAt = tools.clock.now();
  const named = { ...(at && { at }), ...(database === undefined ? {} : { database }) };
  const choice = { point, now: startedAt, ...named };
  const chosen = await choosePoint(tools.store, tools.trust, choice, tools.versions);
  const { manifest } = chosen;
  const trail = auditOf(request, tools, manifest, startedAt);
  return trail.recordEndOf(
    async () => {
      refusePlain(manifest);
      const tables = chooseTables(manifest, request.tables);
      if (request.missingRows) await admitMissingRows(request.missingRows, manifest, tables.named);
      const timer = new PhaseTimer(PHASES, tools.clock);
      const asked = { ...chosen, manifest: ofRoles(manifest, tables, request.owners === true) };
      const settled = await withMaintenance(request.maintenance, (client) =>
        planRestore(request, tools, asked, client, timer),
      );
      const plan = { ...settled, manifest };
      announce(plan, startedAt);
      tools.reporter.info(`Of its tables: ${tables.withRows.map(readableName).join(', ')}`);
      await recordStart(trail, plan, undefined);
      await makeReadable(plan);
      return restoreChosen(request, plan, tables, timer);
    },
    (result) => verdictOn(result, undefined),
  );
}

async function restoreChosen(
  request: RestoreTablesRequest,
  plan: RestorePlan,
  choice: TableChoice,
  timer: PhaseTimer<Phase>,
): Promise<RestoreTablesResult> {
  return withScratchDirectory(request.scratchRoot, async (directory) => {
    const fetched = await fetchTables(plan, choice, directory);
    tellWhatIsLeftOut(plan, choice, fetched);
    const filled = await fillDatabase(request, plan, choice, fetched, directory);
    const result = { ...filled, seconds: timer.seconds() };
    if (request.missingRows === undefined || failing(result.differences).length > 0) return result;
    const missingRows = await writeMissingRows(plan, request.missingRows, choice.named);
    return { ...result, missingRows };
  });
}

function refusePlain({ format, id }: Manifest): void {
  if (format !== 'plain') return;
  throw new Failure(
    'restore-refused',
    `${id} is a dump in plain format: its tables cannot be restored one by one.`,
    {
      hint: 'Restore the whole recovery point into a side database, and take the tables from there.',
    },
  );
}

/** The manifest as the gate asks it for roles: those that policies of other tables name are not needed. */
function ofRoles(manifest: Manifest, { withRows, parents }: TableChoice, owners: boolean): Manifest {
  const tables = { withRows: [...withRows, ...parents], structures: [], leftOut: [] };
  return owners ? manifest : { ...manifest, catalog: partOfCatalog(manifest.catalog, tables) };
}

function tellWhatIsLeftOut(
  { warn, manifest }: RestorePlan,
  { notes, withRows }: TableChoice,
  { selection }: FetchedTables,
): void {
  for (const { what, reason } of selection.leftOut) warn(`Left out: ${what}: ${reason}.`);
  for (const note of notes) warn(`Left out: ${note}.`);
  for (const table of selection.structures)
    warn(`${readableName(table)} comes without its rows: what is restored needs the table.`);
  const chosen = new Set(withRows.map(qualifiedName));
  for (const table of manifest.inventory?.tables ?? [])
    if (table.dataExcluded && chosen.has(qualifiedName(table)))
      warn(`${readableName(table)} has no rows: the backup left them out.`);
}

async function fillDatabase(
  asked: RestoreTablesRequest,
  whole: RestorePlan,
  { withRows }: TableChoice,
  { dump, selection, list }: FetchedTables,
  directory: string,
): Promise<Omit<RestoreTablesResult, 'seconds'>> {
  const { structures, leftOut } = selection;
  const part = { withRows, structures, leftOut };
  const plan = { ...whole, manifest: partOfManifest(whole.manifest, part) };
  const expected = plan.manifest.inventory;
  await makeMissingRoles(plan);
  if (plan.create) await createTarget(plan);
  let loaded = false;
  try {
    await load(plan, dump, directory, selection.ids);
    loaded = true;
    const comparison = await compare(plan, dump, {
      list,
      only: ({ inventory, catalog }) => ({
        inventory: inventory && expected && partOfInventory(inventory, expected),
        catalog: partOfCatalog(catalog, part),
      }),
    });
    const checks = await checkRestored(asked.checks, plan, directory);
    const { request, create, warnings } = plan;
    const { targetDatabase } = request;
    const outcome = { manifest: whole.manifest, targetDatabase, created: create, warnings, tables: withRows };
    return { ...outcome, ...comparison, checks, failedHooks: [] };
  } catch (error) {
    if (whole.tools.signal.aborted || !loaded) await undo(plan);
    whole.tools.signal.throwIfAborted();
    throw loaded ? notCompared(plan, error) : error;
  }
}
