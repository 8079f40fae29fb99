/** Whether a restored database may take the place of one that is there: asked before anything is fetched or changed. */
import type { Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import { describeTarget } from '../postgres/connection';
import { keptName, keptUntil, mayGo } from '../postgres/take-place/names';
import { commentedDatabases, readPlace, type Place } from '../postgres/take-place/place';
import { requiredRoles } from '../postgres/required-roles';
import { provenState } from './proven';
import { placeRefusals, systemNote, weigh, type Override } from './place-refusals';
import type { RestorePlan } from './restore-plan';
import type { PlaceRequest, RestoreRequest, RestoreTools } from './restore-request';

export interface PlannedPlace extends PlaceRequest {
  readonly there: Place;
  readonly keptAs: string;
  readonly keptUntil: Date;
  /** Refusals that the operator overrides, and those of them that were needed. */
  readonly allow: readonly Override[];
  readonly overridden: readonly Override[];
}

/**
 * @param manifestKey of the chosen point
 * @throws Failure `restore-refused`, with each refusal and the switch that overrides it
 */
export async function planPlace(
  plan: RestorePlan,
  manifestKey: string,
  request: RestoreRequest,
  tools: RestoreTools,
  maintenance: Client,
): Promise<PlannedPlace | undefined> {
  const { place, allow } = request;
  const now = tools.clock.now();
  await tellKept(maintenance, plan, now);
  if (place === undefined) return undefined;
  const there = await admitPlace(maintenance, plan, place);
  const proven = await provenState(plan.manifest, manifestKey, tools).catch((error: unknown) => {
    plan.warn(`Evidence of drills could not be read: ${messageOf(error)}`);
    return 'unknown' as const;
  });
  const { systemIdentifier } = plan.server;
  const lostOwners = lostOwnersOf(plan, request);
  const known = { manifest: plan.manifest, systemIdentifier, proven, lostOwners };
  const facts = { ...place, ...known, now };
  const note = systemNote(facts);
  if (note !== undefined) plan.warn(note);
  const refusals = placeRefusals(facts);
  const { standing, overridden } = weigh(refusals, allow);
  if (standing.length > 0) throw refused(place, standing);
  for (const { message } of refusals) plan.warn(`Overridden: ${message}`);
  tellStaysBehind(plan, there);
  const names = { keptAs: keptName(place.name, now), keptUntil: keptUntil(now, place.keepDays) };
  return { ...place, there, ...names, allow, overridden };
}

/** Roles that the dump names, where it is restored without them and nobody asked for that. */
function lostOwnersOf(
  { manifest, owners, request: { maintenance } }: RestorePlan,
  request: RestoreRequest,
): string[] {
  if (owners || request.owners !== 'if-possible') return [];
  return requiredRoles(manifest, true).filter((role) => role !== maintenance.user && !role.startsWith('pg_'));
}

/** @throws Failure `restore-refused` where it is not there, or cannot be renamed */
async function admitPlace(
  maintenance: Client,
  { target, request }: RestorePlan,
  { name, mode }: PlaceRequest,
): Promise<Place> {
  const there = await readPlace(maintenance, name);
  const where = describeTarget({ ...target, database: name });
  const refuse = (message: string, hint: string) => new Failure('restore-refused', message, { hint });
  if (there === undefined)
    throw refuse(
      `${where} does not exist, so there is nothing to ${mode}.`,
      `Restore into it: leave --${mode} out, and name it by --target-database.`,
    );
  if (request.maintenance.database === name)
    throw refuse(
      `--to names ${name} itself, and a database that somebody is connected to cannot be renamed.`,
      'Name another one of the server in --to, for example postgres.',
    );
  if (!there.mayRename)
    throw refuse(
      `${request.maintenance.user} may not rename ${where}: it is owned by ${there.owner}, and renaming takes its owner with CREATEDB.`,
      'Where a provider fixes the name of the database (Render, for example), restore into a new database or instance and point the application at it.',
    );
  if (there.preparedTransactions.length > 0)
    throw refuse(
      `${where} has prepared transactions: ${there.preparedTransactions.join(', ')}. It cannot be renamed with them.`,
      'In that database: COMMIT PREPARED or ROLLBACK PREPARED each, then run again.',
    );
  return there;
}

function refused({ mode, name }: PlaceRequest, standing: readonly { message: string; override: Override }[]) {
  const lines = standing.map(({ message, override }) => `${message} Overridden by --allow ${override}.`);
  return new Failure(
    'restore-refused',
    [`${name} is not ${mode === 'swap' ? 'swapped' : 'replaced'}:`, ...lines].join('\n  '),
    {
      hint: 'Nothing was changed. Restore into a new database beside it (without the switch) and look, or choose another point; an override stands in the audit.',
    },
  );
}

/** They belong to the database itself, not to its name. */
function tellStaysBehind({ warn }: RestorePlan, { name, slots, subscriptions }: Place): void {
  if (slots.length > 0)
    warn(
      `Replication slots stay with the old database and hold its write-ahead log back: ${slots.join(', ')}. Drop them there, and make them anew in ${name}.`,
    );
  if (subscriptions.length > 0)
    warn(
      `Subscriptions stay with the old database, which goes on to receive: ${subscriptions.join(', ')}. Drop them there, and make them anew in ${name}.`,
    );
}

/** What earlier restores kept, once its time is over: nobody else tells. */
async function tellKept(maintenance: Client, { tools }: RestorePlan, now: Date): Promise<void> {
  const kept = (await commentedDatabases(maintenance)).filter((each) => mayGo(each, now));
  for (const { name, comment } of kept)
    tools.reporter.info(`The database ${name} may be dropped. Its comment: ${comment}`);
}

/** @throws Failure `restore-refused` unless the name was typed */
export async function demandTypedName(
  { name, mode, keptAs }: PlannedPlace,
  { ask }: Pick<RestoreTools, 'ask'>,
): Promise<void> {
  const verb = mode === 'swap' ? 'swapped' : 'replaced now';
  const typed = await ask(
    `The database ${name} is going to be ${verb}, and kept as ${keptAs}. Type its name to go on: `,
  );
  if (typed === name) return;
  throw new Failure(
    'restore-refused',
    typed === undefined
      ? `The name of the database whose place is taken must be typed, and nobody can be asked here.`
      : `${JSON.stringify(typed)} was typed; the database is ${name}.`,
    { hint: `Nothing was changed. Type the name, or give --confirm ${name}.` },
  );
}
