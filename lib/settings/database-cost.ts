/** What one database costs a month: its points, the requests that make them, and the tasks. */
import { RETENTION_CLASSES } from '../contract/object-keys';
import * as assumed from './cost-assumptions';
import type { BackedUpDatabase } from './database-schema';
import { drillHours, drillRequests, drillsPerMonth, type DrilledFlow } from './drill-cost';
import { monitorRequests } from './monitor-cost';
import { pointsPerDay, runsPerDay } from './point-flow';
import * as price from '../contract/prices';
import type { Settings } from './schema';

/** One database with what follows from its schedule and size. */
export interface Flow extends DrilledFlow {
  readonly name: string;
  readonly runsPerMonth: number;
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
    drillsPerMonth: drillsPerMonth(database, points),
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

/** Puts and parts, the keeper's lock and tag of each object, its move, the tags themselves; the monitor's reading; drills. */
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
  return ofPoints + monitorRequests(flow) + drillRequests(flow);
}

/** As long as a run is expected to take at most. */
export function tasks(
  { database: { connection, schedule, task }, runsPerMonth }: Flow,
  settings: Settings,
): number {
  if (connection === 'elsewhere') return 0;
  return runsPerMonth * (schedule.expectedMinutes / 60) * taskHour(task, settings);
}

export function drillTasks(flow: Flow, settings: Settings): number {
  return flow.drillsPerMonth * drillHours(flow) * taskHour(flow.database.drill.task, settings);
}

/** With a public address where the subnet gives one. */
function taskHour(task: BackedUpDatabase['task'], { network, compute }: Settings): number {
  const rate = price.FARGATE[compute.architecture ?? 'x86_64'];
  const disk = Math.max(0, task.ephemeralStorageGiB - price.FARGATE.freeDiskGigabytes);
  const isPublic = network.mode === 'public' || (network.mode === 'existing' && network.assignPublicIp);
  return (
    (task.cpu / 1024) * rate.vcpuHour +
    (task.memoryMiB / 1024) * rate.gigabyteHour +
    disk * price.FARGATE.diskGigabyteHour +
    (isPublic ? price.NETWORK.publicAddressHour : 0)
  );
}

/** Of manifests and of evidence; a drill also asks for the public keys of both. */
export function signatures({ runsPerMonth, drillsPerMonth: drills }: Flow): number {
  return (runsPerMonth + assumed.DRILL.keyRequests * drills) * price.KMS.signature;
}

export function sum<T>(items: readonly T[], usdOf: (item: T) => number): number {
  return items.reduce((total, item) => total + usdOf(item), 0);
}
