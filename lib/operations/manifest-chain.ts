/** Each manifest names the one before it by its SHA-256: one that was taken away leaves a gap. Pure. */
import type { Manifest } from '../contract/manifest';
import type { RecoveryPoint } from './recovery-points';

type Link = RecoveryPoint<Pick<Manifest, 'previousManifestSha256'>>;

/**
 * Points whose predecessor is not in the store. The oldest may have outlived its predecessor; expired points too.
 * Two runs at once may name the same predecessor, or each other in either order: the order does not matter.
 * @param points of one database, newest first, faulty ones included: they have a digest as well
 */
export function pointsWithoutPredecessor(points: readonly Link[]): Link[] {
  const known = new Set(points.map(({ manifestSha256 }) => manifestSha256));
  return points.slice(0, -1).filter((point) => {
    if (point.state !== 'valid') return false;
    const { previousManifestSha256: previous } = point.manifest;
    return previous === null || !known.has(previous);
  });
}
