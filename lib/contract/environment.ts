/** Names of the environment variables that the programs read: set by task definitions and by operators. */
export const ENVIRONMENT = {
  store: 'BACKSTOP_STORE',
  signer: 'BACKSTOP_SIGNER',
  /** Paths of PEM files, separated by commas. */
  publicKeys: 'BACKSTOP_PUBLIC_KEYS',
  database: 'BACKSTOP_DATABASE',
  postgresBin: 'BACKSTOP_POSTGRES_BIN',
  /** URL of the database, without its password (PGPASSWORD or PGPASSFILE). */
  from: 'BACKSTOP_FROM',
  /** URL of the server that is restored into, without its password. */
  to: 'BACKSTOP_TO',
  targetDatabase: 'BACKSTOP_TARGET_DATABASE',
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
  /** Of the container image that runs. */
  imageDigest: 'BACKSTOP_IMAGE_DIGEST',
} as const;
