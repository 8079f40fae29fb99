/** What a deployment says of itself: outputs of the stacks, by which an operator's machine finds it. */

/** The stacks that exist once per installation. */
export const INSTALLATION_STACKS = ['storage', 'compute'] as const;
export type InstallationStack = (typeof INSTALLATION_STACKS)[number];

export function stackName(installation: string, stack: InstallationStack): string {
  return `${installation}-${stack}`;
}

/** Of the storage stack. */
export const STORAGE_OUTPUTS = {
  bucketName: 'PostgresBucketName',
  statusBucketName: 'StatusBucketName',
  manifestSigningKeyArn: 'ManifestSigningKeyArn',
  evidenceSigningKeyArn: 'EvidenceSigningKeyArn',
} as const;

/** Of the compute stack. */
export const COMPUTE_OUTPUTS = {
  alarmTopicArn: 'AlarmTopicArn',
  alarmWitnessQueueUrl: 'AlarmWitnessQueueUrl',
  dashboardName: 'DashboardName',
  runbookUrl: 'RunbookUrl',
} as const;
