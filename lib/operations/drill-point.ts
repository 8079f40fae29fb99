/** Which recovery point a drill proves, and whether there is any use in it. */
import { createHash } from 'node:crypto';
import { Failure } from '../contract/failure';
import { humanSeconds } from '../contract/human';
import { choosePoint, NEWEST, type ChosenPoint } from './choose-point';
import type { DrillRequest, DrillTools } from './drill-request';
import { believeManifest, readDocument } from './read-manifest';

export interface PointToProve extends ChosenPoint {
  /** Of the very bytes that were believed: evidence is for this manifest, and for no other in its place. */
  readonly manifestSha256: string;
}

/**
 * The newest point is the newest one or a fault: proof of an older one would hide that the last backup is worth nothing.
 * @throws Failure as choosePoint, and `stored-data-faulty` where points newer than the newest valid one are faulty
 */
export async function pointToProve(
  { point, at, database }: DrillRequest,
  { store, trust, clock }: DrillTools,
): Promise<PointToProve> {
  const chosen = await choosePoint(store, trust, {
    point,
    now: clock.now(),
    ...(at && { at }),
    ...(database === undefined ? {} : { database }),
  });
  if (point === NEWEST && chosen.passedOver.length > 0) {
    throw new Failure(
      'stored-data-faulty',
      ['The newest recovery point cannot be believed:', ...chosen.passedOver].join('\n  '),
      {
        hint: `Back up now. The newest one that can be believed is ${chosen.manifest.id}; drill it by its id.`,
      },
    );
  }
  const bytes = await readDocument(store, chosen.key);
  const manifestSha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...chosen, manifest: believeManifest(bytes, trust, chosen.key), manifestSha256 };
}

/** @throws Failure `restore-refused` for a point that is too old: that nothing newer is there is what must be known */
export function demandFresh({ manifest }: PointToProve, maxAgeHours: number | undefined, now: Date): void {
  if (maxAgeHours === undefined) return;
  const ageSeconds = (now.getTime() - Date.parse(manifest.snapshotAt)) / 1000;
  if (ageSeconds <= maxAgeHours * 3600) return;
  throw new Failure(
    'restore-refused',
    `${manifest.database} ${manifest.id} is stale: its snapshot is ${humanSeconds(ageSeconds)} old; a drill accepts at most ${humanSeconds(maxAgeHours * 3600)}.`,
    { hint: 'Back up first, and find out why no newer recovery point is there.' },
  );
}
