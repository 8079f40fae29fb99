/** What the monitor's passes over one database ask of S3 in a month. */
import { RETENTION_CLASSES } from '../contract/object-keys';
import { looksUsd, S3 } from '../contract/prices';
import * as assumed from './cost-assumptions';
import type { BackedUpDatabase } from './database-schema';
import { runsPerDay, type PointsPerDay } from './point-flow';

export interface MonitoredFlow {
  readonly database: Pick<BackedUpDatabase, 'keepDays'>;
  readonly points: PointsPerDay;
  /** Of a recovery point. */
  readonly objects: number;
}

/** Each manifest is read once; each hour the newest point is looked at, and a part of the older ones. */
export function monitorRequests(flow: MonitoredFlow): number {
  const { points, objects } = flow;
  const { lightPass, fullPass, comparedManifests, status, manifest, look, lockedObject } = assumed.REQUESTS;
  const hourly = [fullPass, comparedManifests, lightPass, status];
  const oneLook = looksUsd(look) + objects * looksUsd(lockedObject);
  return (
    assumed.LIGHT_PASSES * looksUsd(lightPass) +
    assumed.FULL_PASSES *
      (hourly.reduce((usd, asked) => usd + looksUsd(asked), 0) + (1 + olderLooks(flow)) * oneLook) +
    (assumed.FULL_PASSES * (fullPass.puts + status.puts) * S3.STANDARD.thousandPuts) / 1000 +
    assumed.DAYS * runsPerDay(points) * looksUsd(manifest) +
    assumed.DAYS * looksUsd({ lists: orphanLists(flow), gets: 0 })
  );
}

/** Of a full pass: so many that each point has its turn every week. */
function olderLooks(flow: MonitoredFlow): number {
  return Math.ceil(keptPoints(flow) / assumed.TURN_HOURS);
}

/** Of a day: all that is stored, a thousand keys in each. */
function orphanLists(flow: MonitoredFlow): number {
  return RETENTION_CLASSES.length + Math.ceil((keptPoints(flow) * (1 + flow.objects)) / 1000);
}

function keptPoints({ database: { keepDays }, points }: MonitoredFlow): number {
  return RETENTION_CLASSES.reduce((sum, name) => sum + points[name] * (keepDays[name] ?? 0), 0);
}
