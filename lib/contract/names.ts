/**
 * Deterministic names: what one stack makes and another one, or an operator, finds without a reference. Resources of a
 * single database have none, so that it may move from one stack to another.
 */

/** Of one installation, given its `name` in the settings. */
export function namesOf(installation: string) {
  return {
    cluster: installation,
    scheduleGroup: installation,
    topic: `${installation}-alarms`,
    restoreTargetSecret: `${installation}/restore-target`,
    parameters: {
      backupKeyArn: `/${installation}/backup-key-arn`,
      manifestSigningKeyArn: `/${installation}/manifest-signing-key-arn`,
      evidenceSigningKeyArn: `/${installation}/evidence-signing-key-arn`,
      subnetIds: `/${installation}/subnet-ids`,
      securityGroupIds: `/${installation}/security-group-ids`,
      assignPublicIp: `/${installation}/assign-public-ip`,
      drillSecurityGroupIds: `/${installation}/drill-security-group-ids`,
      deadLetterQueueArn: `/${installation}/dead-letter-queue-arn`,
    },
  } as const;
}

/**
 * Family of a database's task definition; the monitor tells runs apart by it. A family takes no dots: capitals stand for
 * them, which no name has, so that `a.b` and `a_b` stay two.
 */
export function backupTaskFamily(installation: string, database: string): string {
  return `${installation}-backup-${database.replaceAll('.', 'DOT')}`;
}

/** As backupTaskFamily, for the drills of a database. */
export function drillTaskFamily(installation: string, database: string): string {
  return `${installation}-drill-${database.replaceAll('.', 'DOT')}`;
}

/** A task definition for each major version of PostgreSQL: a restore needs the client programs of the target's. */
export function restoreTaskFamily(installation: string, major: number): string {
  return `${installation}-restore-${major}`;
}

/**
 * The one role that may lock, hold and tag recovery points: the bucket's policy knows it by this name. Roles belong to an
 * account, so the name carries the region.
 */
export function keeperRoleName(installation: string, region: string): string {
  return `${installation}-keeper-${region}`;
}

/** Dashboards belong to an account as well. */
export function dashboardName(installation: string, region: string): string {
  return `${installation}-${region}`;
}

/** The container whose exit code decides: other containers of a task may end as they like. */
export const BACKUP_CONTAINER = 'backup';
export const RESTORE_CONTAINER = 'restore';
export const DRILL_CONTAINER = 'drill';
