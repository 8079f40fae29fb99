/** What could be cheaper of what lies in a bucket. Pure. */
import { S3 } from '../../contract/prices';
import type { Saving } from '../../contract/saving';
import type { RecoveryPoint } from '../recovery-points';
import type { StoredCost } from './stored-cost';

const DAY_MS = 86_400_000;
const GIGABYTE = 1e9;

/** Objects that nobody will restore. */
export function wasteSavings({ others }: Pick<StoredCost, 'others'>): Saving[] {
  return [
    {
      text: 'Dumps without a manifest: they go nine days after they were left; "backstop list" names them.',
      usdMonth: others.orphans.usdMonth ?? 0,
    },
    {
      text: 'Versions below newer ones or delete markers: somebody wrote over objects or hid them; "backstop check" names them.',
      usdMonth: others.noncurrent.usdMonth ?? 0,
    },
  ];
}

/** Where no settings are at hand: by how long points of each class are kept. */
export function classSavings(
  { points: lines }: Pick<StoredCost, 'points'>,
  points: readonly RecoveryPoint[],
): Saving[] {
  return lines.flatMap(({ database, class: retentionClass, storageClasses }) => {
    const days = keptDays(points, database, retentionClass);
    const cheaper = days >= S3.GLACIER_IR.billedDays ? 'GLACIER_IR' : 'STANDARD_IA';
    if (days < S3[cheaper].billedDays) return [];
    const gigabytes = (storageClasses['STANDARD'] ?? 0) / GIGABYTE;
    const usdMonth = gigabytes * (S3.STANDARD.gigabyteMonth - S3[cheaper].gigabyteMonth);
    const text = `${database}: storage: { ${retentionClass}: { class: '${cheaper}' } }, for its points are kept ${days} days.`;
    return [{ text, usdMonth }];
  });
}

/** Of the newest point of the class; 0 where there is none. */
function keptDays(points: readonly RecoveryPoint[], database: string, retentionClass: string): number {
  for (const point of points) {
    if (point.state === 'faulty' || point.database !== database) continue;
    const { class: own, startedAt, expiresAt } = point.manifest;
    if (own === retentionClass) return Math.round((Date.parse(expiresAt) - Date.parse(startedAt)) / DAY_MS);
  }
  return 0;
}
