/** What the estimate of costs assumes where settings and prices do not say it. */
import { FULL_PASS_MINUTES, LIGHT_PASS_MINUTES, type Gauge } from '../contract/metrics';

/** Of a month. */
export const HOURS = 730;
export const DAYS = 365 / 12;

/** Where the settings do not say it. */
export const ASSUMED_GIGABYTES = 10;
/** Stored bytes for each byte of the database: measured in docs/cost.md; `none` and lz4 compress less or not at all. */
export const STORED_PART = { none: 1, lz4: 0.45, other: 0.25 } as const;
/** Objects of a recovery point: in directory format one per table. Held with them are manifest and evidence. */
export const OBJECTS = { directory: 100, stream: 1, besides: 5, held: 2 } as const;
/** A part of a multipart upload is a request. */
export const PART_BYTES = 8 * 1024 * 1024;
/** Lifecycle acts at midnight UTC, and a day later on what it has made noncurrent. */
export const EXPIRY_DAYS = 2;
/** Encryption of points and alarms, signatures of manifests and evidence. */
export const KEYS = 4;
/** CloudWatch asks for each metric that an alarm looks at: of each database, of the installation, and more with webhooks. */
export const ALARM_METRICS = { database: 13, drilled: 3, installation: 7, webhooks: 1 } as const;
/** Published only of databases with drills. */
export const DRILL_GAUGES = [
  'provenPointAge',
  'failedDrills',
  'drillRestoreSeconds',
] as const satisfies readonly Gauge[];
/** Of the private network: ecr.api, ecr.dkr, logs, secretsmanager, kms, sts. Its endpoint of S3 costs nothing. */
export const INTERFACE_ENDPOINTS = 6;
/** Of two cores, rounded upwards from what docs/cost.md tells. KMS signs the evidence and tells two public keys. */
export const DRILL = { startMinutes: 3, minutesPerGigabyte: 1.5, keyRequests: 3 } as const;
/** Estimates of our own programs, rounded upwards. */
export const PROGRAMS = {
  memoryGigabytes: 0.5,
  lightPassSeconds: 2,
  fullPassSeconds: 20,
  keeperSeconds: 10,
  logGigabytesPerDatabase: 0.05,
  imageGigabytes: 0.1,
  drillImageGigabytes: 0.2,
} as const;

/**
 * Requests of a pass for one database: manifests, runs, stopped tasks, the schedule's record and that of the check are listed;
 * with drills their runs and evidence. An object is read in two, for its versions are listed first.
 */
export const REQUESTS = {
  lightPass: { lists: 7, gets: 2 },
  drillPass: { lists: 4, gets: 1 },
  manifest: { lists: 1, gets: 1 },
  /** The newest point and two before it, whole, for the rows of their tables. */
  comparedManifests: { lists: 3, gets: 3 },
  /** Manifests, evidence and the record of the check are listed, the last is read; the index is read and written. */
  fullPass: { lists: 4, gets: 2, puts: 1 },
  /** For the status a light pass once more; what programs told since the last one is listed, and stopped tasks; its history is kept. */
  status: { lists: 7, gets: 0, puts: 1 },
  /** With drills: the newest evidence is listed and read, what it proves is listed, and whether its manifest is held. */
  fullDrillPass: { lists: 6, gets: 2 },
  /** At the objects of one point: its manifest is read, and whether it is locked and held; its objects are listed twice. */
  look: { lists: 4, gets: 3 },
  /** Each object that is looked at, and with drills each of the newest proven point: its lock, its hold. */
  lockedObject: { lists: 0, gets: 1 },
  heldObject: { lists: 0, gets: 1 },
  /** Of one drill, for each object: the drill reads it; the keeper puts it on hold, looks, and later lets it go. */
  drilledObject: { lists: 1, gets: 2, puts: 2 },
} as const;

/** Between two looks at a point: lib/operations/point-index/due-looks.ts; a test compares. */
export const TURN_HOURS = 156;

export const LIGHT_PASSES = (HOURS * 60) / LIGHT_PASS_MINUTES;
export const FULL_PASSES = (HOURS * 60) / FULL_PASS_MINUTES;
