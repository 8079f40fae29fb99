/** Lets a restored database take the place of one that is there, and undoes its own part where that fails. */
import type { Client } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { messageOf } from '../contract/failure';
import { carryOver } from '../postgres/take-place/carry-over';
import { keptComment } from '../postgres/take-place/names';
import { allowConnections, closeDatabase, renameTogether, renaming } from '../postgres/take-place/rename';
import { withMaintenance } from '../postgres/target-server';
import type { RestorePlan } from './restore-plan';
import type { PlannedPlace } from './restore-place';
import type { PhaseTimer } from './phase-timer';
import type { Phase, Restored, TookPlace } from './restore-request';

export interface TakingPlace {
  readonly plan: RestorePlan;
  readonly place: PlannedPlace;
  readonly timer: PhaseTimer<Phase>;
}

/**
 * Fills the new database with the old one out of the way (`replace`) or serving on (`swap`), and then renames.
 * @param worthy whether what was restored may take the place
 * @throws what `fill` throws; Failure `restore-failed`, `restore-refused` where it cannot be renamed: the old one is then where it was
 */
export async function inPlaceOf(
  { plan, place, timer }: TakingPlace,
  fill: () => Promise<Restored>,
  worthy: (restored: Restored) => boolean,
): Promise<Restored> {
  if (place.mode === 'replace') await moveAway(plan, place);
  try {
    const restored = await fill();
    if (worthy(restored))
      return { ...restored, tookPlace: await timer.run('place', () => takeIt(plan, place)) };
    await moveBack(plan, place);
    return restored;
  } catch (error) {
    await moveBack(plan, place);
    throw error;
  }
}

/** From here on nobody reaches it by its name. */
async function moveAway({ request, tools }: RestorePlan, place: PlannedPlace): Promise<void> {
  const { name, keptAs } = place;
  tools.reporter.info(
    `${name} is closed now, and called ${keptAs} until the restore has ended. Should this run be cut off: ${renaming({ from: keptAs, to: name })}; ${allowConnections(name, true)}`,
  );
  await withMaintenance(request.maintenance, async (client) => {
    await closed(client, place, () =>
      renameTogether(client, [{ from: name, to: keptAs }], [reopened(place)]),
    );
  });
}

/** As it was before. Says what it did; never hides the first error. */
async function moveBack({ request, warn }: RestorePlan, { mode, name, keptAs }: PlannedPlace): Promise<void> {
  if (mode === 'swap') return;
  try {
    await withMaintenance(request.maintenance, async (client) => {
      await closeDatabase(client, keptAs);
      await renameTogether(client, [{ from: keptAs, to: name }], [allowConnections(name, true)]);
    });
    warn(`${name} is back under its name, as it was.`);
  } catch (error) {
    warn(
      `${name} is still called ${keptAs}: ${messageOf(error)}. Rename it by hand: ${renaming({ from: keptAs, to: name })}`,
    );
  }
}

/** What was restored is whole: where it cannot take the place, it is left beside it. */
async function takeIt(plan: RestorePlan, place: PlannedPlace): Promise<TookPlace> {
  const { request, target, tools } = plan;
  try {
    await withMaintenance(request.maintenance, async (client) => {
      await giveSettings(client, plan, place);
      tools.signal.throwIfAborted();
      await rename(client, plan, place);
    });
    return tookPlace(plan, place);
  } catch (error) {
    plan.warn(`${target.database} is restored and whole, but did not take the place of ${place.name}.`);
    throw error;
  }
}

async function giveSettings(client: Client, plan: RestorePlan, { name, keptAs, mode }: PlannedPlace) {
  const old = mode === 'swap' ? name : keptAs;
  for (const { what, reason } of await carryOver(client, old, plan.target.database))
    plan.warn(`Not carried over from ${name}: ${what}: ${reason}`);
}

async function rename(client: Client, plan: RestorePlan, place: PlannedPlace): Promise<void> {
  const { name, keptAs, mode } = place;
  const takes = { from: plan.target.database, to: name };
  if (mode === 'replace') return renameTogether(client, [takes], [comment(plan, place)]);
  const both = [{ from: name, to: keptAs }, takes];
  return closed(client, place, () => renameTogether(client, both, [reopened(place), comment(plan, place)]));
}

/** Open again where the task fails: it is still the database that everybody uses. */
async function closed(
  client: Client,
  { name, there }: PlannedPlace,
  task: () => Promise<void>,
): Promise<void> {
  await closeDatabase(client, name);
  try {
    await task();
  } catch (error) {
    await client.query(allowConnections(name, there.allowsConnections));
    throw error;
  }
}

function reopened({ keptAs, there }: PlannedPlace): string {
  return allowConnections(keptAs, there.allowsConnections);
}

function comment({ manifest }: RestorePlan, { name, keptAs, keptUntil, there }: PlannedPlace): string {
  const what = `it was ${name} until it was restored from ${manifest.id}`;
  return `COMMENT ON DATABASE ${escapeIdentifier(keptAs)} IS ${escapeLiteral(keptComment(keptUntil, what, there.comment))}`;
}

function tookPlace({ target }: RestorePlan, { name, keptAs, keptUntil }: PlannedPlace): TookPlace {
  const wayBack = [
    allowConnections(name, false),
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${escapeLiteral(name)}`,
    'BEGIN',
    renaming({ from: name, to: target.database }),
    renaming({ from: keptAs, to: name }),
    'COMMIT',
    allowConnections(target.database, true),
  ];
  return { name, keptAs, keptUntil: keptUntil.toISOString(), wayBack };
}
