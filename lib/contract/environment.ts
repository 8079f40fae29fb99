/** Names of the environment variables that the programs read: set by task definitions and by operators. */
export const ENVIRONMENT = {
  /** Name of a deployed installation: its stacks say store and signers. */
  installation: 'BACKSTOP_INSTALLATION',
  store: 'BACKSTOP_STORE',
  /** Where the monitor writes; a store like the other. */
  statusStore: 'BACKSTOP_STATUS_STORE',
  signer: 'BACKSTOP_SIGNER',
  /** ARN of the key that encrypts recovery points. */
  backupKey: 'BACKSTOP_BACKUP_KEY',
  /** ARN of the topic that alarms go to. */
  alarmTopic: 'BACKSTOP_ALARM_TOPIC',
  /** URL of the queue that gets a copy of each message of that topic. */
  alarmWitness: 'BACKSTOP_ALARM_WITNESS',
  /** Paths of PEM files, separated by commas. */
  publicKeys: 'BACKSTOP_PUBLIC_KEYS',
  database: 'BACKSTOP_DATABASE',
  postgresBin: 'BACKSTOP_POSTGRES_BIN',
  /** URL of the database, without its password (PGPASSWORD or PGPASSFILE). */
  from: 'BACKSTOP_FROM',
  /** URL of the server that is restored into, without its password. */
  to: 'BACKSTOP_TO',
  targetDatabase: 'BACKSTOP_TARGET_DATABASE',
  /** What a restore does before and afterwards: JSON, see lib/contract/restore-hooks.ts. */
  restoreHooks: 'BACKSTOP_RESTORE_HOOKS',
  format: 'BACKSTOP_FORMAT',
  jobs: 'BACKSTOP_JOBS',
  compression: 'BACKSTOP_COMPRESSION',
  /** Patterns, separated by commas. */
  excludeTableData: 'BACKSTOP_EXCLUDE_TABLE_DATA',
  /** For example `daily=30,weekly=56`. */
  keep: 'BACKSTOP_KEEP',
  inventory: 'BACKSTOP_INVENTORY',
  reason: 'BACKSTOP_REASON',
  requestedBy: 'BACKSTOP_REQUESTED_BY',
  scratch: 'BACKSTOP_SCRATCH',
  /** Storage class by retention class, for example `weekly=STANDARD_IA`: such points are written there directly. */
  storageClasses: 'BACKSTOP_STORAGE_CLASSES',
  /** `password`, or `rds-iam`: a token of the task's role instead of a password. */
  auth: 'BACKSTOP_AUTH',
  /** ISO-8601 instant of the schedule's slot that a run serves. */
  slot: 'BACKSTOP_SLOT',
  /** Who signs the evidence of drills: as `signer`, with a key of its own. */
  evidenceSigner: 'BACKSTOP_EVIDENCE_SIGNER',
  /** Whose evidence is believed: paths of PEM files, separated by commas. */
  evidenceKeys: 'BACKSTOP_EVIDENCE_KEYS',
  /** Queries and commands that a drill runs: JSON, see lib/contract/drill-checks.ts. */
  drillChecks: 'BACKSTOP_DRILL_CHECKS',
  /** Classes of differences that fail a drill besides data and schema, separated by commas. */
  drillAlsoFailsOn: 'BACKSTOP_DRILL_ALSO_FAILS_ON',
  /** A drill refuses a point whose snapshot is older. */
  drillMaxAgeHours: 'BACKSTOP_DRILL_MAX_AGE_HOURS',
  /** A restored database with fewer rows in all proves nothing. */
  drillMinimumRows: 'BACKSTOP_DRILL_MINIMUM_ROWS',
  /** Of the container image that runs. */
  imageDigest: 'BACKSTOP_IMAGE_DIGEST',
} as const;
