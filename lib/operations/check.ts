/** Stored objects against their signed manifests: what is missing, changed, unprotected or nobody's. */
import pLimit from 'p-limit';
import { Failure } from '../contract/failure';
import { humanBytes } from '../contract/human';
import type { Manifest } from '../contract/manifest';
import type { Archive } from '../runtime/archive';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { Store } from '../runtime/store';
import { checkContent } from './check-content';
import { checkObjects } from './check-objects';
import { choosePoint, NEWEST, pointNamed } from './choose-point';
import { fault, note, type Finding } from './finding';
import { pointsWithoutPredecessor } from './manifest-chain';
import { manifestObjects, type ManifestObject } from './manifest-objects';
import { findOrphans, type Orphan } from './orphans';
import type { Trust } from './read-manifest';
import { readPoint, type RecoveryPoint } from './recovery-points';
import { archivedParts, inWords } from './archived-point';

export interface CheckRequest {
  /** @default - every point, and the dumps without a manifest */
  readonly point?: string;
  /** Of `newest`: the newest one whose snapshot is not younger than this. @default - now */
  readonly at?: Date;
  /** @default - of all databases */
  readonly database?: string;
  /** Read every byte, and each archive to its end. */
  readonly deep: boolean;
  readonly scratchRoot: string;
  readonly postgresBin?: string;
}

export interface CheckTools {
  readonly store: Store;
  /** What of it is archived. @default - nothing */
  readonly archive?: Archive | undefined;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

export interface CheckResult {
  readonly points: { readonly valid: number; readonly expired: number; readonly faulty: number };
  /** How far the bytes are known: read by us, by the checksum that the store keeps, or only counted. */
  readonly bytesProvenBy: 'sha256' | 'store-checksum' | 'size';
  readonly findings: readonly Finding[];
}

/** What the chain needs of a point: whole manifests of all points would not fit into memory. */
type Link = RecoveryPoint<Pick<Manifest, 'previousManifestSha256'>>;

interface Checked {
  readonly link: Link;
  readonly findings: readonly Finding[];
  /** Of a deep check: its bytes would have to be thawed first. */
  readonly unread?: boolean;
}

const POINTS_AT_A_TIME = 2;

/** @throws Failure `usage` for an unknown point, `stored-data-faulty` for a store without one, `store-failed` */
export async function check(request: CheckRequest, tools: CheckTools): Promise<CheckResult> {
  const all = await manifestObjects(tools.store, request.database);
  const objects = await objectsToCheck(all, request, tools);
  let done = 0;
  const limit = pLimit(request.deep ? 1 : POINTS_AT_A_TIME);
  const checked = await limit.map(objects, async (object) => {
    tools.signal.throwIfAborted();
    const result = await checkPoint(object, request, tools);
    tools.reporter.progress({ phase: 'check', done: ++done, total: objects.length, unit: 'objects' });
    return result;
  });
  const whole = request.point === undefined;
  return {
    points: countByState(checked),
    bytesProvenBy:
      request.deep && !checked.some(({ unread }) => unread)
        ? 'sha256'
        : await shallowProof(tools.store, objects),
    findings: [
      ...checked.flatMap(({ findings }) => findings),
      ...(whole
        ? await chainFindings(
            checked.map(({ link }) => link),
            tools.store,
          )
        : []),
      ...(whole ? await orphanFindings(all, request, tools) : []),
    ],
  };
}

async function objectsToCheck(
  all: readonly ManifestObject[],
  { point, at, database }: CheckRequest,
  { store, trust, clock, reporter }: CheckTools,
): Promise<readonly ManifestObject[]> {
  if (all.length === 0) {
    const of = database === undefined ? '' : ` of ${database}`;
    throw new Failure('stored-data-faulty', `${store.url} holds no recovery point${of}.`, {
      hint: 'Check --store and --database. If they are right, there is nothing to restore from: back up now.',
    });
  }
  if (point === undefined) return all;
  if (at !== undefined) {
    const now = clock.now();
    const chosen = await choosePoint(store, trust, { point, at, now, ...(database && { database }) });
    for (const text of chosen.passedOver) reporter.warn(`Passed over: ${text}`);
    return all.filter(({ key }) => key === chosen.key);
  }
  return point === NEWEST ? all.slice(0, 1) : [pointNamed(all, point)];
}

async function checkPoint(
  object: ManifestObject,
  request: CheckRequest,
  tools: CheckTools,
): Promise<Checked> {
  const { store, trust, clock, signal } = tools;
  const now = clock.now();
  const point = await readPoint(store, trust, object, now);
  if (point.state === 'faulty') return { link: point, findings: [fault('manifest', point.key, point.fault)] };
  const { manifest, key: manifestKey } = point;
  const link = { ...point, manifest: { previousManifestSha256: manifest.previousManifestSha256 } };
  if (point.state === 'expired') return { link, findings: [] };
  const findings = await checkObjects(store, { manifest, manifestKey, now });
  if (!request.deep) return { link, findings };
  const archived = (await archivedParts(tools.archive, manifest)).filter(({ state }) => state !== 'readable');
  if (archived.length > 0) {
    const text = `was not read: it has ${inWords(archived)}, which only a restore with --thaw reads`;
    return { link, findings: [...findings, note('archive', manifest.id, text)], unread: true };
  }
  const { scratchRoot, postgresBin } = request;
  const knownFaulty = new Set(
    findings.filter(({ kind }) => UNREADABLE.includes(kind)).map(({ subject }) => subject),
  );
  const options = { scratchRoot, knownFaulty, signal, ...(postgresBin === undefined ? {} : { postgresBin }) };
  return { link, findings: [...findings, ...(await checkContent(store, manifest, options))] };
}

/** There is no use in reading these again. */
const UNREADABLE: readonly Finding['kind'][] = ['missing', 'size', 'checksum'];

function countByState(checked: readonly Checked[]): CheckResult['points'] {
  const count = (state: Link['state']) => checked.filter(({ link }) => link.state === state).length;
  return { valid: count('valid'), expired: count('expired'), faulty: count('faulty') };
}

async function shallowProof(
  store: Store,
  [first]: readonly ManifestObject[],
): Promise<CheckResult['bytesProvenBy']> {
  const state = first && (await store.head(first.key));
  return state?.crc32 === undefined ? 'size' : 'store-checksum';
}

/** From a store that locks nothing anybody may take points away: told there, a fault where it cannot happen. */
async function chainFindings(links: readonly Link[], store: Store): Promise<Finding[]> {
  const severity = (await store.locks()) ? fault : note;
  const byDatabase = Map.groupBy(links, ({ database }) => database);
  return [...byDatabase.values()].flatMap((ofDatabase) =>
    pointsWithoutPredecessor(ofDatabase).map(({ key }) =>
      severity(
        'chain',
        key,
        'names a manifest before it that is not in the store: it was removed or changed',
      ),
    ),
  );
}

async function orphanFindings(
  all: readonly ManifestObject[],
  { database }: CheckRequest,
  { store, clock }: CheckTools,
): Promise<Finding[]> {
  const known = new Set(all.map((object) => `${object.database}/${object.id ?? ''}`));
  const orphans = await findOrphans(store, {
    hasManifest: (name, id) => known.has(`${name}/${id}`),
    now: clock.now(),
    ...(database === undefined ? {} : { database }),
  });
  return orphans.map((orphan) => note('orphan', orphan.prefix, orphanText(orphan)));
}

export function orphanText({ objects, bytes, mayBeRunning }: Orphan): string {
  const what = `${objects} objects (${humanBytes(bytes)}) without a manifest: no recovery point`;
  return mayBeRunning
    ? `${what}; a backup may still be running`
    : `${what}; left behind by a backup that failed`;
}
