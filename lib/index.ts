/**
 * For people who compose their own CDK app: the stacks as a whole, or the constructs that they are made of. Programs and
 * agreements between them are no part of it.
 */
export { AccessLogBucket, type AccessLogBucketProps } from './constructs/access-log-bucket';
export { AlarmTest, type AlarmTestProps } from './constructs/alarm-test';
export { AlarmTopic, alarmTargetOf, type AlarmTopicProps } from './constructs/alarm-topic';
export { AlarmWitness, type AlarmWitnessProps } from './constructs/alarm-witness';
export { BackupBucket, type BackupBucketProps } from './constructs/backup-bucket';
export { BackupDashboard, type BackupDashboardProps } from './constructs/backup-dashboard';
export { BackupKey, type BackupKeyProps } from './constructs/backup-key';
export { BackupSchedule, type BackupScheduleProps } from './constructs/backup-schedule';
export { BackupTask, type BackupTaskProps } from './constructs/backup-task';
export { DatabaseAlarms, type DatabaseAlarmsProps } from './constructs/database-alarms';
export { DrillTask, type DrillTaskProps } from './constructs/drill-task';
export { Drills, type DrillsProps } from './constructs/drills';
export { gauge } from './constructs/gauges';
export { addGuardRules } from './constructs/guard-rules';
export { guardiansOf, type Guardians } from './constructs/guardians';
export { Keeper, type KeeperProps } from './constructs/keeper';
export { Monitor, type MonitorProps } from './constructs/monitor';
export { RestoreTasks, type RestoreTasksProps } from './constructs/restore-tasks';
export type { AlarmTarget } from './constructs/runbook-alarm';
export { SigningKey, type SigningKeyProps } from './constructs/signing-key';
export { StatusBucket, type StatusBucketProps } from './constructs/status-bucket';
export { StorageAccess } from './constructs/storage-access';
export { SystemAlarms, type SystemAlarmsProps } from './constructs/system-alarms';
export { TaskCluster, type TaskClusterProps } from './constructs/task-cluster';
export { TaskNetwork, zonesAtDeployment, type TaskNetworkProps } from './constructs/task-network';
export { publishedPlacement, type TaskPlacement } from './constructs/task-placement';
export { TaskSchedule, type TaskScheduleProps } from './constructs/task-schedule';
export { TaskStart, type TaskStartProps } from './constructs/task-start';
export { Failure } from './contract/failure';
export { namesOf } from './contract/names';
export { monthlyCost, type CostLine, type MonthlyCost } from './settings/cost';
export { loadSettings, type LoadedSettings } from './settings/load';
export type { Settings, SettingsInput } from './settings/schema';
export { defineSettings } from './settings/settings';
export { addStacks } from './stacks/add-stacks';
export { ComputeStack, type ComputeStackProps } from './stacks/compute-stack';
export { DatabasesStack, type DatabasesStackProps } from './stacks/databases-stack';
export { StorageStack, type StorageStackProps } from './stacks/storage-stack';
