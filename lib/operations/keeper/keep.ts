/**
 * The keeper: makes recovery points stay until their time, the newest proven one for as long as nothing newer is, and lets
 * the others go. A new manifest has its point locked at once, and new evidence its point put on hold; a daily sweep does
 * what they missed, and it alone releases and tags. Each step may be done again: what a sweep did not finish, the next one
 * does. A keeper that does not run costs money, never data: nothing expires without a tag.
 */
import pLimit from 'p-limit';
import { drillOfKey, type Evidence } from '../../contract/evidence';
import { idOfManifestKey, manifestKey } from '../../contract/object-keys';
import type { RecoveryPointId } from '../../contract/recovery-point-id';
import { manifestObjects } from '../manifest-objects';
import { readEvidence } from '../read-evidence';
import { orRefused, RefusedDocument, type Findings } from './findings';
import { holdNewestProven } from './hold-point';
import type { KeeperTools } from './keeper-tools';
import { lockPoint, type LockedPoint } from './lock-point';
import { storedDumps, type Dump } from './stored-dumps';
import { DatabaseSweep, type Swept } from './sweep-database';

const NOT_OURS = 'Nothing was done because of it. Find out who wrote it: the access log of the bucket says.';

/**
 * For a manifest that has just appeared.
 * @throws RefusedDocument, Failure: see lockPoint. Nothing is done for a manifest that is refused
 */
export async function keepPoint(key: string, tools: KeeperTools): Promise<LockedPoint> {
  const [, , database = ''] = key.split('/');
  const id = idOfManifestKey(key);
  if (id !== undefined && key === manifestKey(database, id)) return lockPoint(key, tools);
  throw new RefusedDocument(`${key} is not the key of a manifest.`, NOT_OURS);
}

export interface KeptProof {
  readonly evidence: Evidence;
  /** The newest proven point of the database: perhaps a newer one; undefined where the drill failed, or none is whole. */
  readonly held: RecoveryPointId | undefined;
}

/**
 * For evidence that has just appeared: where it proves, the newest proven point of its database is put on hold.
 * @throws RefusedDocument; Failure `stored-data-faulty`: a hold was not confirmed; `store-failed`
 */
export async function keepProof(key: string, tools: KeeperTools, findings: Findings): Promise<KeptProof> {
  const drill = drillOfKey(key);
  if (drill === undefined) throw new RefusedDocument(`${key} is not the key of evidence.`, NOT_OURS);
  const evidence = await orRefused(readEvidence(tools.store, tools.evidenceTrust, key));
  if (evidence.outcome !== 'proven') return { evidence, held: undefined };
  const { proven: held } = await holdNewestProven(drill.database, tools, findings);
  return { evidence, held };
}

/** Over every point of every database. @throws Failure `store-failed` where nothing could be listed */
export async function sweep(tools: KeeperTools, findings: Findings): Promise<Swept> {
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
  const databases = Map.groupBy(dumps, ({ database }) => database);
  const sweeps = [...databases].map((of) => new DatabaseSweep(...of, tools, findings));
  const swept = await pLimit(1).map(sweeps, (database) => database.run());
  // A run that takes too long is cut off here, when every database is locked, held and tagged.
  await pLimit(1).map(sweeps, (database) => database.lookForGone());
  return swept.reduce(together, NOTHING);
}

const NOTHING: Swept = { locked: 0, held: 0, released: 0, tagged: 0, orphansTagged: 0 };

function together(a: Swept, b: Swept): Swept {
  return {
    locked: a.locked + b.locked,
    held: a.held + b.held,
    released: a.released + b.released,
    tagged: a.tagged + b.tagged,
    orphansTagged: a.orphansTagged + b.orphansTagged,
  };
}
