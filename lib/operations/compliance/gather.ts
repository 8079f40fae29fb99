/** Reads what a compliance report is judged from. What the operator may not read is told as such, and never guessed. */
import type { Period } from '../../contract/compliance';
import { Failure } from '../../contract/failure';
import type { Guardrails } from '../../contract/guardrails';
import { isAccessDenied } from '../../runtime/aws-error';
import type { ProtectedObjects } from '../../runtime/protected-objects';
import type { Store } from '../../runtime/store';
import { drillLog } from '../drill-log';
import { readAudit } from '../read-audit';
import type { Trust } from '../read-manifest';
import type { RecoveryPoint } from '../recovery-points';
import type { Gathered, Objectives, Read } from './gathered';
import { checkLocks } from './lock-check';
import type { Protection } from './protection';

export interface ComplianceSources {
  readonly store: Store;
  /** All that are kept, and those that were made in the period. */
  points(): Promise<readonly RecoveryPoint[]>;
  /** undefined where nobody is named whose evidence is believed. */
  readonly evidenceTrust: Trust | undefined;
  /** undefined for a folder. */
  readonly bucket: { readonly objects: ProtectedObjects; guardrails(): Promise<Guardrails> } | undefined;
  /** What differs from what was deployed, by the guardrails that are live. @default - it is not known */
  readonly differences?: (live: Guardrails) => readonly string[];
  /** By database. @default - no settings are at hand */
  readonly objectives?: Readonly<Record<string, Objectives>>;
  /** Name of the role, with `*` and `?`. @default - none is known */
  readonly breakGlassRole?: string | undefined;
  /** Of each point so many objects are looked at. @default - all */
  readonly lockedObjectsOfEachPoint?: number;
}

/** @throws Failure `store-failed` where something could not be read for another reason than a missing right */
export async function gather(sources: ComplianceSources, { since }: Period, now: Date): Promise<Gathered> {
  const { store, evidenceTrust, bucket, objectives, breakGlassRole } = sources;
  const [protection, points, drills, audit] = await Promise.all([
    protectionOf(bucket),
    readable(sources.points()),
    readable(evidenceTrust === undefined ? Promise.resolve(null) : drillLog(store, evidenceTrust, { since })),
    readable(readAudit(store, { since })),
  ]);
  return {
    ...{ store: store.url, protection, points, drills, audit, objectives, breakGlassRole },
    differences:
      protection?.denied === undefined && protection !== null
        ? (sources.differences?.(protection.guardrails) ?? [])
        : [],
    locks: await locksOf(sources, points, now),
  };
}

async function protectionOf(bucket: ComplianceSources['bucket']): Promise<Protection> {
  if (bucket === undefined) return null;
  const read = await readable(bucket.guardrails());
  return read.denied === undefined ? { guardrails: read.value } : read;
}

async function locksOf(
  { store, bucket, lockedObjectsOfEachPoint }: ComplianceSources,
  points: Gathered['points'],
  now: Date,
): Promise<Gathered['locks']> {
  if (points.denied !== undefined) return points;
  if (bucket === undefined) return { value: null };
  const believed = points.value.filter((point) => point.state !== 'faulty');
  return readable(
    store
      .locks()
      .then((locks) => (locks ? checkLocks(believed, bucket.objects, now, lockedObjectsOfEachPoint) : null)),
  );
}

/** @throws what is no missing right */
export async function readable<T>(reading: Promise<T>): Promise<Read<T>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (error instanceof Failure && isAccessDenied(error.cause)) return { denied: error.message };
    throw error;
  }
}
