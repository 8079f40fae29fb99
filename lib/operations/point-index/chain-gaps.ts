/** Where a manifest was taken out of the chain, as far as the index knows it. Pure. */
import type { PointFacts, PointIndex } from '../../contract/point-index';
import { pointsWithoutPredecessor } from '../manifest-chain';
import type { RecoveryPoint } from '../recovery-points';
import { knownPoints } from './known-points';

type Link = RecoveryPoint<Pick<PointFacts, 'previousManifestSha256'>>;

/** Keys of valid points that name a manifest before them which is not there. */
export function chainGaps(index: Pick<PointIndex, 'database' | 'points' | 'forgotten'>, now: Date): string[] {
  const { database, forgotten } = index;
  const past = forgotten.map(([id, , manifestSha256]): Link => {
    const manifest = { previousManifestSha256: null };
    return { database, id, key: id, hidden: false, state: 'expired', manifestSha256, manifest };
  });
  const links = [...knownPoints(index, now), ...past].sort((a, b) =>
    a.id < b.id ? 1 : a.id > b.id ? -1 : 0,
  );
  return pointsWithoutPredecessor(links).map(({ key }) => key);
}
