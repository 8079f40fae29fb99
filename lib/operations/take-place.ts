/** Lets a restored database take the place of one that is there, and undoes its own part where that fails. */
import { setTimeout } from 'node:timers/promises';
import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import { carryOver } from '../postgres/take-place/carry-over';
import { keptComment } from '../postgres/take-place/names';
import { readPlace } from '../postgres/take-place/place';
import {
  allowConnections,
  areRenamed,
  closeDatabase,
  endingSessions,
  endSessions,
  renameTogether,
  renaming,
  type Renaming,
} from '../postgres/take-place/rename';
import { withMaintenance } from '../postgres/target-server';
import type { PhaseTimer } from './phase-timer';
import type { RestorePlan } from './restore-plan';
import type { PlannedPlace } from './restore-place';
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
  try {
    if (place.mode === 'replace') await moveAway(plan, place);
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
async function moveAway(plan: RestorePlan, place: PlannedPlace): Promise<void> {
  const { name, keptAs } = place;
  await renamed(plan, place, [{ from: name, to: keptAs }], [reopened(place), comment(plan, place)]);
  plan.tools.reporter.info(`${name} is called ${keptAs} until the restore has ended.`);
}

/** As it was before. Says what it did; never hides the first error. */
async function moveBack(plan: RestorePlan, place: PlannedPlace): Promise<void> {
  const { name, keptAs, there } = place;
  if (place.mode === 'swap') return;
  const back = { from: keptAs, to: name };
  try {
    const away = await withMaintenance(plan.request.maintenance, (client) => readPlace(client, keptAs));
    if (away === undefined) return;
    await closing(plan, { name: keptAs, allowed: there.allowsConnections }, (client) =>
      renameTogether(
        client,
        [back],
        [allowConnections(name, there.allowsConnections), commentAs(name, there.comment)],
      ),
    );
    plan.warn(`${name} is back under its name, as it was.`);
  } catch (error) {
    plan.warn(
      `${name} is still called ${keptAs}: ${messageOf(error)}. Once no other database has its name: ${renaming(back)}; ${allowConnections(name, there.allowsConnections)}`,
    );
  }
}

/** What was restored is whole: where it cannot take the place, it is left beside it. */
async function takeIt(plan: RestorePlan, place: PlannedPlace): Promise<TookPlace> {
  const { name, keptAs, mode } = place;
  const takes = { from: plan.target.database, to: name };
  try {
    await giveSettings(plan, place);
    plan.tools.signal.throwIfAborted();
    if (mode === 'swap')
      await renamed(
        plan,
        place,
        [{ from: name, to: keptAs }, takes],
        [reopened(place), comment(plan, place)],
      );
    else await withMaintenance(plan.request.maintenance, (client) => renameTarget(client, plan, [takes], []));
    return tookPlace(plan, place);
  } catch (error) {
    plan.warn(`${takes.from} is restored and whole, but did not take the place of ${name}.`);
    throw error;
  }
}

/** @throws Failure `restore-failed` where an application would miss something */
async function giveSettings({ request, target, warn }: RestorePlan, place: PlannedPlace): Promise<void> {
  const { name, keptAs, mode, allow } = place;
  const old = mode === 'swap' ? name : keptAs;
  const lost = await withMaintenance(request.maintenance, (client) =>
    carryOver(client, old, target.database),
  );
  if (lost.length === 0) return;
  const told = lost.map(({ what, reason }) => `${what}: ${reason}`).join('; ');
  if (!allow.includes('lost-settings'))
    throw new Failure(
      'restore-failed',
      `Not carried over from ${name}: ${told}. Overridden by --allow lost-settings.`,
      {
        hint: `Run as a superuser, or rename by hand: ${renaming({ from: target.database, to: name })}`,
      },
    );
  warn(`Overridden: not carried over from ${name}: ${told}`);
}

/** With the old database closed meanwhile; where that or the renaming fails it is open again, as it was. */
async function renamed(
  plan: RestorePlan,
  { name, there }: PlannedPlace,
  renamings: readonly Renaming[],
  statements: readonly string[],
): Promise<void> {
  plan.tools.reporter.info(
    `${name} is closed for a moment. Should this run be cut off now: ${allowConnections(name, there.allowsConnections)}`,
  );
  const closed = { name, allowed: there.allowsConnections };
  await closing(plan, closed, (client) => renameTarget(client, plan, renamings, statements)).catch(
    async (error: unknown) => {
      // Only the answer may have been lost.
      const done = await withMaintenance(plan.request.maintenance, (client) =>
        areRenamed(client, renamings),
      ).catch(() => false);
      if (!done) throw error;
    },
  );
}

/** Whoever looks at the new one already, such as a monitoring agent, is sent away. */
async function renameTarget(
  client: Client,
  { target }: RestorePlan,
  renamings: readonly Renaming[],
  statements: readonly string[],
): Promise<void> {
  if (renamings.some(({ from }) => from === target.database)) await endSessions(client, target.database);
  await renameTogether(client, renamings, statements);
}

const TRIES_TO_OPEN = 10;
const PAUSE_MS = 1000;

/** @throws what the task throws, with the database open again as it was; Failure `restore-failed` where it is not */
async function closing(
  { request }: RestorePlan,
  { name, allowed }: { readonly name: string; readonly allowed: boolean },
  task: (client: Client) => Promise<void>,
): Promise<void> {
  try {
    await withMaintenance(request.maintenance, async (client) => {
      await closeDatabase(client, name);
      await task(client);
    });
  } catch (error) {
    await open(request, name, allowed, error);
    throw error;
  }
}

/** In a session of its own: the one that closed it may be gone. */
async function open(
  { maintenance }: RestorePlan['request'],
  name: string,
  allowed: boolean,
  cause: unknown,
): Promise<void> {
  let last: unknown;
  for (let tries = 0; tries < TRIES_TO_OPEN; tries += 1) {
    try {
      await withMaintenance(maintenance, async (client) => {
        if ((await readPlace(client, name)) !== undefined)
          await client.query(allowConnections(name, allowed));
      });
      return;
    } catch (error) {
      last = error;
      await setTimeout(PAUSE_MS);
    }
  }
  throw new Failure(
    'restore-failed',
    `${messageOf(cause)} And ${name} could not be opened again: ${messageOf(last)}`,
    { cause, hint: `Nobody can connect to it until you say: ${allowConnections(name, allowed)}` },
  );
}

function reopened({ keptAs, there }: PlannedPlace): string {
  return allowConnections(keptAs, there.allowsConnections);
}

function comment({ manifest }: RestorePlan, { name, keptAs, keptUntil, there }: PlannedPlace): string {
  const what = `it was ${name} until it was restored from ${manifest.id}`;
  return commentAs(keptAs, keptComment(keptUntil, what, there.comment));
}

function commentAs(name: string, text: string | null): string {
  return `COMMENT ON DATABASE ${escapeIdentifier(name)} IS ${text === null ? 'NULL' : escapeLiteral(text)}`;
}

function tookPlace({ target }: RestorePlan, { name, keptAs, keptUntil, there }: PlannedPlace): TookPlace {
  const wayBack = [
    allowConnections(name, false),
    endingSessions(name),
    endingSessions(keptAs),
    'BEGIN',
    renaming({ from: name, to: target.database }),
    renaming({ from: keptAs, to: name }),
    commentAs(name, there.comment),
    'COMMIT',
    allowConnections(name, true),
    allowConnections(target.database, true),
  ];
  return { name, keptAs, keptUntil: keptUntil.toISOString(), wayBack };
}
