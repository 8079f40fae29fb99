/**
 * Names of what the monitor measures: it publishes them, alarms and dashboard read them. Every gauge is published on
 * every run of its pass, so silence is an alarm.
 */
export const METRIC_NAMESPACE = 'Backstop';

/** Dimensions of every metric; `Database` only where the metric is about one. */
export const METRIC_DIMENSIONS = { installation: 'Installation', database: 'Database' } as const;

/** Published on each light pass, every 5 minutes. */
export const LIGHT_GAUGES = {
  /** Per database: now minus snapshotAt of the newest valid point, in hours; 100000 where there is none. */
  newestPointAge: 'NewestPointAgeHours',
  /** Per database: runs since the newest point that failed, did not start, were stopped, or got stuck. 0 is good. */
  failedRuns: 'FailedRuns',
  /** Per database: slots since the newest point at which no run has started though its time is over. 0 is good. */
  overdueSlots: 'OverdueSlots',
  /** Per database: runs that have begun and not ended for more than twice their expected time. 0 is good. */
  stuckRuns: 'StuckRuns',
  /** Per database with drills: now minus snapshotAt of the newest proven point, in hours; 100000 where there is none. */
  provenPointAge: 'ProvenPointAgeHours',
  /** Per database with drills: those since the newest proof that failed, did not start, were stopped, or got stuck. 0 is good. */
  failedDrills: 'FailedDrills',
  /** Per database with drills: seconds that the restore of the newest proof took; 0 where there is none. */
  drillRestoreSeconds: 'DrillRestoreSeconds',
  /** Per database: faults that a check of the newest point's stored objects has found. 0 is good. */
  storedFaults: 'StoredFaults',
  /** Of the installation: 1 on each pass that came to its end. */
  monitorPasses: 'MonitorPasses',
} as const;

/** Published on each full pass, every hour. */
export const FULL_GAUGES = {
  /** Per database: stored bytes of the newest point divided by the median of the like points before it; 1 without any. */
  sizeRatio: 'SizeRatio',
  /** Per database: of the newest point. */
  storedBytes: 'StoredBytes',
  databaseBytes: 'DatabaseBytes',
  backupSeconds: 'BackupSeconds',
  /** Per database: `backupSeconds` divided by the median of the like points before it; 1 without any. */
  durationRatio: 'DurationRatio',
  /** Per database: tables that lost most of their rows since a point before the newest. 0 is good. */
  vanishedTables: 'VanishedTables',
  /** Per database: valid points that have not expired. */
  points: 'RecoveryPoints',
  /** Per database: manifests that cannot be believed. 0 is good. */
  faultyManifests: 'FaultyManifests',
  /** Per database: objects of the newest point that are not locked to their end, and of the newest proven one that are not held. 0 is good. */
  unkeptObjects: 'UnkeptObjects',
  /** Per database: valid points but the newest that are damaged or not protected, and gaps in the chain of manifests. 0 is good. */
  keptFaults: 'KeptFaults',
  /** Per database: of all valid points together, as they were counted in the store where somebody looked. */
  keptBytes: 'KeptBytes',
  /** Of the installation: protections of the bucket that are not as they were deployed. 0 is good. */
  guardrailDifferences: 'GuardrailDifferences',
  /** Of the installation: addresses that never confirmed, so that no alarm reaches them. 0 is good. */
  unconfirmedSubscriptions: 'UnconfirmedSubscriptions',
} as const;

/** `sizeRatio` and `durationRatio` compare with the median of so many points. */
export const COMPARED_POINTS = 10;

export const LIGHT_PASS_MINUTES = 5;
export const FULL_PASS_MINUTES = 60;

/** Stands for the age where there is no point: above any objective. */
export const NO_POINT_AGE_HOURS = 100_000;

export type LightGauge = keyof typeof LIGHT_GAUGES;
export type FullGauge = keyof typeof FULL_GAUGES;
export type Gauge = LightGauge | FullGauge;

export function isLightGauge(gauge: Gauge): gauge is LightGauge {
  return gauge in LIGHT_GAUGES;
}

/** CloudWatch's names of units; it has none for hours and ratios. */
export const GAUGE_UNITS = {
  newestPointAge: 'None',
  failedRuns: 'Count',
  overdueSlots: 'Count',
  stuckRuns: 'Count',
  provenPointAge: 'None',
  failedDrills: 'Count',
  drillRestoreSeconds: 'Seconds',
  storedFaults: 'Count',
  unkeptObjects: 'Count',
  keptFaults: 'Count',
  keptBytes: 'Bytes',
  monitorPasses: 'Count',
  sizeRatio: 'None',
  storedBytes: 'Bytes',
  databaseBytes: 'Bytes',
  backupSeconds: 'Seconds',
  durationRatio: 'None',
  vanishedTables: 'Count',
  points: 'Count',
  faultyManifests: 'Count',
  guardrailDifferences: 'Count',
  unconfirmedSubscriptions: 'Count',
} as const satisfies Record<Gauge, string>;

/** Which have no database. */
export const INSTALLATION_GAUGES = [
  'monitorPasses',
  'guardrailDifferences',
  'unconfirmedSubscriptions',
] as const satisfies readonly Gauge[];
export type InstallationGauge = (typeof INSTALLATION_GAUGES)[number];
export type DatabaseGauge = Exclude<Gauge, InstallationGauge>;
