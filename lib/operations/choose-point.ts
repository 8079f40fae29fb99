/** From what an operator writes (an id, the beginning of one, `newest`, or an instant) to one recovery point. */
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import type { Store } from '../runtime/store';
import type { Versions } from '../runtime/versions';
import { believedManifest, type BelievedManifest } from './believed-manifest';
import { manifestObjects, nameOf, type ManifestObject } from './manifest-objects';
import type { Trust } from './read-manifest';
import { demandPast, nothingSoOld, startedBy } from './point-at';
import { isFromTheFuture, stateOf } from './recovery-points';

export const NEWEST = 'newest';

export interface Choice {
  /** An id, the beginning of one that fits a single point, or `newest`. */
  readonly point: string;
  /** @default - the store's only database */
  readonly database?: string;
  readonly now: Date;
  /** Of `newest`: the newest one whose snapshot is not younger than this. @default - now */
  readonly at?: Date;
}

export interface ChosenPoint {
  readonly manifest: Manifest;
  readonly key: string;
  readonly expired: boolean;
  /** Newer points that were passed over, faulty ones above all, each with its reason. */
  readonly passedOver: readonly string[];
  /** That the manifest is of an older version, for what lies above it is not believed. @default - it is the newest */
  readonly writtenOver?: readonly string[];
}

/**
 * @param versions in which a restore looks for a manifest that was written over. @default - only the newest counts
 * @throws Failure `usage` where nothing or more than one thing fits, `stored-data-faulty` where the point named is
 * faulty, or every point is
 */
export async function choosePoint(
  store: Store,
  trust: Trust,
  choice: Choice,
  versions?: Versions,
): Promise<ChosenPoint> {
  const believed = (at: string) => believedManifest(store, trust, at, versions);
  const objects = await manifestObjects(store, choice.database);
  if (objects.length === 0) throw nothingStored(store, choice.database);
  if (choice.point === NEWEST) return newestPoint(store, trust, objects, choice, believed);
  const { key } = pointNamed(objects, choice.point);
  const { manifest, warnings: writtenOver } = await believed(key);
  const expired = stateOf(manifest, choice.now) === 'expired';
  return { manifest, key, expired, passedOver: [], writtenOver };
}

/** Newest by start time among those that are valid and not expired. */
async function newestPoint(
  store: Store,
  trust: Trust,
  objects: readonly ManifestObject[],
  { at, now }: Pick<Choice, 'at' | 'now'>,
  believed: (key: string) => Promise<BelievedManifest>,
): Promise<ChosenPoint> {
  oneDatabase(objects);
  if (at !== undefined) demandPast(at, now);
  const passedOver: string[] = [];
  for (const { key } of at === undefined ? objects : startedBy(objects, at)) {
    try {
      const { manifest, warnings: writtenOver } = await believed(key);
      if (isFromTheFuture(new Date(manifest.startedAt), now)) {
        passedOver.push(`${key} is from the future: it says ${manifest.startedAt}.`);
        continue;
      }
      if (at !== undefined && new Date(manifest.snapshotAt) > at) continue;
      if (stateOf(manifest, now) === 'valid')
        return { manifest, key, expired: false, passedOver, writtenOver };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'stored-data-faulty') throw error;
      passedOver.push(error.message);
    }
  }
  if (at !== undefined && passedOver.length === 0)
    throw await nothingSoOld(store, trust, objects, { at, now });
  throw noneValid(objects, passedOver, at === undefined ? 'expired' : 'expired or younger');
}

function noneValid(objects: readonly ManifestObject[], passedOver: readonly string[], rest: string): Failure {
  const { length } = passedOver;
  return new Failure(
    'stored-data-faulty',
    [
      `None of ${objects.length} recovery points is valid: ${length} faulty or from the future, the rest ${rest}.`,
      ...passedOver,
    ].join('\n  '),
    { hint: 'An expired point can still be named by its id while its objects are there.' },
  );
}

/** @param wanted an id, or the beginning of one. @throws Failure `usage` that names the nearest */
export function pointNamed(objects: readonly ManifestObject[], wanted: string): ManifestObject {
  const named = objects.filter(({ id }) => id !== undefined);
  const fitting = named.filter(({ id }) => id?.startsWith(wanted));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const listed = (some: readonly ManifestObject[]) =>
    some
      .slice(0, 5)
      .map((object) => `${nameOf(object)} (${object.database})`)
      .join(', ');
  if (only === undefined) {
    throw new Failure(
      'usage',
      `No recovery point is called ${wanted}. Nearest: ${listed(nearest(named, wanted))}.`,
      {
        hint: 'See them all with: backstop list',
      },
    );
  }
  throw new Failure('usage', `${wanted} fits ${fitting.length} recovery points: ${listed(fitting)}.`, {
    hint: 'Write the whole id, and --database where two databases share it.',
  });
}

/** The last one before and the first ones after, in order of time. */
function nearest(newestFirst: readonly ManifestObject[], wanted: string): ManifestObject[] {
  const before = newestFirst.findIndex((object) => nameOf(object) < wanted);
  const middle = before === -1 ? newestFirst.length : before;
  return newestFirst.slice(Math.max(0, middle - 2), middle + 2);
}

function oneDatabase(objects: readonly ManifestObject[]): void {
  const databases = [...new Set(objects.map(({ database }) => database))].sort();
  if (databases.length === 1) return;
  throw new Failure('usage', `The store holds several databases: ${databases.join(', ')}.`, {
    hint: 'Say which one with --database.',
  });
}

function nothingStored(store: Store, database: string | undefined): Failure {
  const of = database === undefined ? '' : ` of ${database}`;
  return new Failure('usage', `${store.url} holds no recovery point${of}.`, {
    hint: 'Check --store and --database; list what is there with: backstop list',
  });
}
