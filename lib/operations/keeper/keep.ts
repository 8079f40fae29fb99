/**
 * The keeper: makes recovery points stay until their time, and lets them go after it. A new manifest has its point locked
 * at once; a daily sweep locks what that missed, and it alone tags for expiry. Each step may be done again: what a sweep
 * did not finish, the next one does. A keeper that does not run costs money, never data: nothing expires without a tag.
 */
import { Failure } from '../../contract/failure';
import { idOfManifestKey, manifestKey } from '../../contract/object-keys';
import { manifestObjects } from '../manifest-objects';
import { lockPoint, type KeeperTools, type LockedPoint } from './lock-point';
import { storedDumps } from './stored-dumps';
import { sweepDatabase, type Dump, type Swept } from './sweep-database';

/**
 * For a manifest that has just appeared.
 * @throws Failure, see lockPoint: nothing is done for a manifest that is refused
 */
export async function keepPoint(key: string, tools: KeeperTools): Promise<LockedPoint> {
  const [, , database = ''] = key.split('/');
  const id = idOfManifestKey(key);
  if (id !== undefined && key === manifestKey(database, id)) return lockPoint(key, tools);
  throw new Failure('stored-data-faulty', `${key} is not the key of a manifest.`, {
    hint: 'Nothing was done because of it. Find out who wrote it: the access log of the bucket says.',
  });
}

/** Over every point of every database. @throws Failure `store-failed` where nothing could be listed */
export async function sweep(tools: KeeperTools): Promise<Swept> {
  // Manifests first: a backup that ends in between is then unknown here, and too young to be an orphan.
  const manifests = await manifestObjects(tools.store);
  const keys = new Map(
    manifests.flatMap(({ database, id, key }) => (id === undefined ? [] : [[`${database}/${id}`, key]])),
  );
  const stored = Map.groupBy(await storedDumps(tools.keeper), ({ database, id }) => `${database}/${id}`);
  const dumps = [...new Set([...stored.keys(), ...keys.keys()])].map<Dump>((name) => {
    const [database = '', id = ''] = name.split('/');
    return { database, id, stored: stored.get(name) ?? [], manifestKey: keys.get(name) };
  });
  const swept: Swept[] = [];
  for (const ofDatabase of Map.groupBy(dumps, ({ database }) => database).values())
    swept.push(await sweepDatabase(ofDatabase, tools));
  return swept.reduce(together, NOTHING);
}

const NOTHING: Swept = { locked: 0, tagged: 0, orphansTagged: 0, faults: [] };

function together(a: Swept, b: Swept): Swept {
  return {
    locked: a.locked + b.locked,
    tagged: a.tagged + b.tagged,
    orphansTagged: a.orphansTagged + b.orphansTagged,
    faults: [...a.faults, ...b.faults],
  };
}
