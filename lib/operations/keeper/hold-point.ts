/**
 * Legal holds: the newest proven point has one on every object, without an end, so that neither lifecycle nor a mistake
 * takes it while nothing newer is proven. First the new one is held and that is confirmed, then older ones are released:
 * wherever it breaks off, a proven point is on hold. See docs/decisions/0011-holds.md.
 */
import pLimit from 'p-limit';
import { evidencePrefix } from '../../contract/evidence';
import { Failure } from '../../contract/failure';
import type { RecoveryPointId } from '../../contract/recovery-point-id';
import type { Keeper } from '../../runtime/keeper';
import type { ObjectVersion, ProtectedObjects } from '../../runtime/protected-objects';
import type { Findings } from './findings';
import { REQUESTS_AT_A_TIME, type KeeperTools } from './keeper-tools';
import { versionsNamed } from './point-objects';
import { newestProven, type ProvenPoint } from './proven-point';
import { readmesApart } from './readmes-apart';
import { recordHold } from './record-hold';
import type { Dump } from './stored-dumps';

/**
 * For its database, whichever point that is.
 * @returns its id; nothing proven is no failure
 * @throws Failure `stored-data-faulty`: a hold was not confirmed; `store-failed`
 */
export async function holdNewestProven(
  database: string,
  tools: KeeperTools,
  findings: Findings,
): Promise<{ readonly proven: RecoveryPointId | undefined }> {
  const point = await newestProven(database, tools, findings);
  if (point !== undefined) await holdPoint(point, tools);
  return { proven: point?.evidence.point };
}

/** What is on hold already stays so. */
async function holdPoint({ evidence, versions }: ProvenPoint, tools: KeeperTools): Promise<void> {
  for (const part of readmesApart(versions)) await holdAll(part, tools.keeper);
  await recordHold('held', evidence, `proven by drill ${evidence.id}`, tools);
}

async function holdAll(versions: readonly ObjectVersion[], keeper: Keeper): Promise<void> {
  const free = await notOnHold(versions, keeper);
  await pLimit(REQUESTS_AT_A_TIME).map(free, (version) => keeper.hold(version));
  const [stillFree] = await notOnHold(free, keeper);
  if (stillFree === undefined) return;
  throw new Failure(
    'stored-data-faulty',
    `${stillFree.key} is not on hold, though the store took the hold.`,
    {
      hint: 'The holds of older points stay, and nothing expires because of this one.',
    },
  );
}

async function notOnHold(
  versions: readonly ObjectVersion[],
  keeper: ProtectedObjects,
): Promise<ObjectVersion[]> {
  const onHold = await pLimit(REQUESTS_AT_A_TIME).map(versions, (version) => keeper.onHold(version));
  return versions.filter((_, index) => onHold[index] === false);
}

/**
 * Of a point that is older than one which is proven, and confirmed to be on hold.
 * @returns false where nothing of it was on hold
 * @throws Failure `store-failed`
 */
export async function releasePoint(
  { database, id, stored, manifestKey }: Dump,
  newer: RecoveryPointId,
  tools: KeeperTools,
): Promise<boolean> {
  const { keeper } = tools;
  const readmes = stored.flatMap((dump) => dump.readmes);
  if (manifestKey === undefined || (await notOnHold(readmes, keeper)).length === readmes.length) return false;
  const prefixes = [...stored.map(({ prefix }) => prefix), `${evidencePrefix(database)}${id}/`];
  const objects = await pLimit(1).map(prefixes, (prefix) => Array.fromAsync(keeper.versions(prefix)));
  const versions = [...objects.flat(), ...(await versionsNamed(keeper, manifestKey))];
  const [, others] = readmesApart(versions);
  const release = (version: ObjectVersion) => keeper.release(version);
  await pLimit(REQUESTS_AT_A_TIME).map(others, release);
  await recordHold('released', { database, point: id }, `${newer} is proven, and on hold`, tools);
  await pLimit(REQUESTS_AT_A_TIME).map(readmes, release);
  return true;
}
