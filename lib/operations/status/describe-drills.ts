/** The drills of a database as a status tells them: only believed evidence of the very manifest that is there is proof. Pure. */
import type { IndexedDrill, PointIndex } from '../../contract/point-index';
import { startOf } from '../../contract/recovery-point-id';
import { STATUS_DAYS, type StatusDrill } from '../../contract/status';
import { manifestsOf } from './describe-points';

const DAY_MS = 86_400_000;

/** Newest first: those that began within the days of a status. */
export function listedDrills(index: PointIndex, now: Date): StatusDrill[] {
  const manifests = manifestsOf(index);
  const since = now.getTime() - STATUS_DAYS * DAY_MS;
  return index.drills
    .filter(({ id }) => startOf(id).getTime() >= since)
    .map((drill) => statusDrill(drill, manifests.get(drill.point)))
    .sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}

/** @param manifestSha256 of the point's manifest; undefined where it is not known, null where it could not be read */
function statusDrill(drill: IndexedDrill, manifestSha256: string | null | undefined): StatusDrill {
  const { id, point, facts } = drill;
  const standing = standingOf(drill, manifestSha256);
  return {
    ...{ id, point, startedAt: facts?.startedAt ?? startOf(id).toISOString(), standing },
    restoreSeconds: facts?.restoreSeconds ?? null,
    pointAgeSeconds:
      facts && Math.max(0, (Date.parse(facts.startedAt) - Date.parse(facts.snapshotAt)) / 1000),
    failure: failureOf(drill, standing),
    differences: facts?.differences ?? 0,
    checksPassed: facts?.checksPassed ?? 0,
    checksFailed: facts?.checksFailed ?? 0,
  };
}

function standingOf(
  { facts }: IndexedDrill,
  manifestSha256: string | null | undefined,
): StatusDrill['standing'] {
  if (facts === null) return 'not believed';
  if (facts.outcome === 'failed') return 'failed';
  return facts.manifestSha256 === manifestSha256 ? 'proven' : 'other manifest';
}

function failureOf({ facts, fault, point }: IndexedDrill, standing: StatusDrill['standing']): string | null {
  if (standing === 'other manifest') return `The manifest of ${point} that it proved is not there.`;
  return facts === null ? fault : facts.failure;
}
