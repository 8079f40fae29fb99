/** What one database costs a month: its points, the requests that make them, and the tasks. */
import { COMPARED_POINTS } from '../contract/metrics';
import { RETENTION_CLASSES } from '../contract/object-keys';
import { longestLifeDays } from '../contract/retention';
import * as assumed from './cost-assumptions';
import type { BackedUpDatabase } from './database-schema';
import { pointsPerDay, runsPerDay, type PointsPerDay } from './point-flow';
import * as price from './prices';
import type { Settings } from './schema';

/** One database with what follows from its schedule and size. */
export interface Flow {
  readonly name: string;
  readonly database: BackedUpDatabase;
  readonly points: PointsPerDay;
  readonly runsPerMonth: number;
  readonly databaseGigabytes: number;
  readonly pointGigabytes: number;
  readonly objects: number;
}

/** Stored bytes of a point for each byte of its database. */
export function storedPart({ compression }: BackedUpDatabase['dump']): number {
  return assumed.STORED_PART[compression === 'none' || compression === 'lz4' ? compression : 'other'];
}

export function flowOf(name: string, database: BackedUpDatabase): Flow {
  const { databaseGigabytes = assumed.ASSUMED_GIGABYTES, dump } = database;
  const points = pointsPerDay(database.schedule, database.keepDays);
  const isStream = dump.format === 'custom' || dump.format === 'plain';
  return {
    name,
    database,
    points,
    runsPerMonth: runsPerDay(points) * assumed.DAYS,
    databaseGigabytes,
    pointGigabytes: databaseGigabytes * storedPart(dump),
    objects: (isStream ? assumed.OBJECTS.stream : assumed.OBJECTS.directory) + assumed.OBJECTS.besides,
  };
}

/** In the steady state, after the longest class has filled up. */
export function storage({ database: { keepDays, storage }, points, pointGigabytes }: Flow): number {
  return sum(RETENTION_CLASSES, (name) => {
    const days = (keepDays[name] ?? 0) + assumed.EXPIRY_DAYS;
    const { class: cheaper, afterDays } = storage[name] ?? { class: 'STANDARD', afterDays: 0 };
    const billed = Math.max(days - afterDays, price.S3[cheaper].billedDays);
    const usd = afterDays * price.S3.STANDARD.gigabyteMonth + billed * price.S3[cheaper].gigabyteMonth;
    return points[name] * pointGigabytes * usd;
  });
}

/** Puts and parts, the keeper's lock and tag of each object, its move, the tags themselves; the monitor's reading. */
export function requests(flow: Flow): number {
  const { database, points, pointGigabytes, objects } = flow;
  const { keepDays, storage } = database;
  const parts = Math.ceil((pointGigabytes * 1e9) / assumed.PART_BYTES);
  const ofPoints = sum(RETENTION_CLASSES, (name) => {
    const { class: cheaper, afterDays } = storage[name] ?? { class: 'STANDARD', afterDays: 0 };
    const { thousandPuts } = price.S3[afterDays === 0 ? cheaper : 'STANDARD'];
    const moves = afterDays === 0 ? 0 : (objects * price.S3[cheaper].thousandMoves) / 1000;
    const each = ((3 * objects + parts) * thousandPuts) / 1000 + moves;
    return points[name] * (assumed.DAYS * each + (keepDays[name] ?? 0) * objects * price.S3_TAG_MONTH);
  });
  return ofPoints + monitorRequests(flow);
}

/** A full pass reads every manifest of the longest class's days. */
function monitorRequests({ database: { keepDays }, points }: Flow): number {
  const manifests = Math.max(runsPerDay(points) * longestLifeDays(keepDays), 1 + COMPARED_POINTS);
  const { lightPass, manifest } = assumed.REQUESTS;
  return assumed.LIGHT_PASSES * usdOf(lightPass) + assumed.FULL_PASSES * manifests * usdOf(manifest);
}

function usdOf({ lists, gets }: { readonly lists: number; readonly gets: number }): number {
  return (lists * price.S3_THOUSAND_LISTS + gets * price.S3_THOUSAND_GETS) / 1000;
}

/** As long as a run is expected to take at most; a public address where the subnet gives one. */
export function tasks(
  { database: { connection, schedule, task }, runsPerMonth }: Flow,
  settings: Settings,
): number {
  if (connection === 'elsewhere') return 0;
  const { network, compute } = settings;
  const rate = price.FARGATE[compute.architecture ?? 'x86_64'];
  const disk = Math.max(0, task.ephemeralStorageGiB - price.FARGATE.freeDiskGigabytes);
  const isPublic = network.mode === 'public' || (network.mode === 'existing' && network.assignPublicIp);
  const hour =
    (task.cpu / 1024) * rate.vcpuHour +
    (task.memoryMiB / 1024) * rate.gigabyteHour +
    disk * price.FARGATE.diskGigabyteHour +
    (isPublic ? price.NETWORK.publicAddressHour : 0);
  return runsPerMonth * (schedule.expectedMinutes / 60) * hour;
}

export function signatures({ runsPerMonth }: Flow): number {
  return runsPerMonth * price.KMS.signature;
}

export function sum<T>(items: readonly T[], usdOf: (item: T) => number): number {
  return items.reduce((total, item) => total + usdOf(item), 0);
}
