/** What is said of one database: how it is reached, when it is dumped, how long its points are kept. */
import { z } from 'zod';
import { INVENTORY_LEVELS } from '../contract/inventory';
import { ARCHIVE_FORMATS } from '../contract/manifest';
import { RETENTION_CLASSES } from '../contract/object-keys';
import { STORAGE_CLASSES } from '../contract/storage-class';
import { drillSchema } from './drill-schema';
import { days, fields, number, oneOf, secretName, text, whole } from './fields';
import { scheduleSchema } from './schedule-schema';
import { taskSchema } from './task-schema';

/** Majors of PostgreSQL for which the image has client programs. */
export const POSTGRES_MAJORS = [15, 16, 17, 18, 19] as const;

/** Weaker ones than `verify-full` let somebody in between read the database: synth warns. */
export const TLS_MODES = ['verify-full', 'verify-ca', 'require', 'disable'] as const;

const tlsSchema = fields({
  /**
   * libpq's sslmode.
   * @default 'verify-full'
   */
  mode: oneOf(TLS_MODES).default('verify-full'),
  /**
   * Authorities that are trusted: `system` (public ones, for example Render's), `rds` (Amazon's own for RDS and Aurora,
   * all regions), or the path of a PEM file that goes into the image, relative to the project.
   * @default 'system'
   */
  authorities: text(
    /^(system|rds|[\w][\w./-]*\.(pem|crt))$/,
    'system, rds, or the path of a .pem or .crt file in the project',
  ).default('system'),
});

const connectionSchema = fields({
  /** Host name of the server itself, not of a transaction pooler before it. */
  host: text(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, 'a host name or IPv4 address'),
  /** @default 5432 */
  port: whole('ports', 1, 65_535).default(5432),
  /** The database's name on its server. */
  database: text(/^[^\u0000-\u001f]{1,63}$/, 'the name of a database, at most 63 characters'),
  /** Role of PostgreSQL that reads everything; docs/deploy.md says how to make it. */
  user: text(/^[^\u0000-\u001f]{1,63}$/, 'the name of a role, at most 63 characters'),
  /**
   * Secret with the password: the secret's whole text, or the field `field` of its JSON.
   * @default - no password: `rdsIam` must be given
   */
  password: fields({
    secret: secretName,
    /** @default - the whole text of the secret is the password */
    field: text(/^[\w-]{1,64}$/, 'the name of a field of the JSON').optional(),
  }).optional(),
  /**
   * RDS IAM authentication instead of a password: the resource id of the instance (`db-…`) or cluster (`cluster-…`).
   * @default - none: `password` must be given
   */
  rdsIam: text(
    /^(db|cluster)-[A-Z0-9]{20,40}$/,
    'a resource id such as db-ABCDEFGHIJKL01234567890ABC',
  ).optional(),
  /** @default - verify-full with the public authorities */
  tls: tlsSchema.prefault({}),
});

const dumpSchema = fields({
  /** @default - directory; custom above 10,000 large objects, which would be a file each */
  format: oneOf(ARCHIVE_FORMATS).optional(),
  /**
   * Parallel connections of pg_dump in directory format.
   * @default 2
   */
  jobs: whole('jobs', 1, 32).default(2),
  /** @default - zstd:1 from PostgreSQL 16 on, else gzip:1 */
  compression: text(
    /^(none|lz4|(zstd|gzip):\d{1,2})$/,
    'none, lz4, zstd:LEVEL or gzip:LEVEL, for example zstd:1',
  ).optional(),
  /**
   * Patterns of tables whose rows are left out.
   * @default - every row is in
   */
  excludeTableData: z
    .array(text(/^[^,\u0000-\u001f]+$/, 'a pattern without commas, for example public.session*'))
    .default([]),
  /**
   * What a restore is compared with: `rows`, `rows+content` or `none`.
   * @default 'rows'
   */
  inventory: oneOf(INVENTORY_LEVELS).default('rows'),
});

/** One that a monitor can read, whatever the database's search_path. */
const tableOfSchema =
  /^(?:[\p{L}\p{N}_$*?]+|"(?:[^"\p{Cc}]|"")+")\.(?:[\p{L}\p{N}_$*?]+|"(?:[^"\p{Cc}]|"")+")$/u;

const alarmsSchema = fields({
  /**
   * BackupShrunken: the newest point is smaller than this part of the median of those before it.
   * @default 0.8
   */
  shrunkenBelow: number(0.1, 1).default(0.8),
  /**
   * BackupShrunken: the newest point has fewer stored bytes than this.
   * @default 1 - only an empty one
   */
  minimumBytes: whole('bytes', 1, Number.MAX_SAFE_INTEGER).default(1),
  /**
   * BackupSlow: the newest backup took more than this many times the median of those before it.
   * @default 2
   */
  slowAbove: number(1.1, 100).default(2),
  /**
   * BackupSlow: and more than this; one that takes longer than `schedule.expectedMinutes` is slow in any case.
   * @default 5
   */
  slowMinimumMinutes: whole('minutes', 1, 1440).default(5),
  /**
   * RowsVanished: a table lost this part of its rows or more since the point before, or since one that is a day older.
   * @default 0.5
   */
  vanishedShare: number(0.01, 1).default(0.5),
  /**
   * RowsVanished: a table that had fewer rows does not count.
   * @default 1000
   */
  vanishedMinimumRows: whole('rows', 1, Number.MAX_SAFE_INTEGER).default(1000),
  /**
   * RowsVanished: patterns of tables whose rows come and go, such as queues and sessions.
   * @default - every table counts
   */
  vanishingTables: z
    .array(
      text(
        tableOfSchema,
        'a pattern with a schema, for example public.session, queue.* or "Shop"."Basket"; * and ? stand for any characters',
      ),
    )
    .default([]),
});

const storageSchema = fields({
  class: oneOf(STORAGE_CLASSES),
  /**
   * Days in S3 Standard before the move.
   * @default 0 - the recovery point is written into its storage class directly
   */
  afterDays: days(0).default(0),
});

const retentionClass = z.enum(RETENTION_CLASSES, `one of the classes ${RETENTION_CLASSES.join(', ')}`);

export const databaseSchema = fields({
  /** How the server is reached; `elsewhere` where no task is wanted, because `backstop backup` runs on another machine. */
  connection: z.union(
    [connectionSchema, z.literal('elsewhere')],
    "an object with host, database, user and password or rdsIam; or 'elsewhere'",
  ),
  /**
   * Major version of the server: the task's client programs have the same.
   * @default 17
   */
  major: z.literal(POSTGRES_MAJORS, `one of ${POSTGRES_MAJORS.join(', ')}`).default(17),
  /** @default - every night at two, UTC */
  schedule: scheduleSchema.prefault({}),
  /**
   * The most data, in hours, that you accept to lose (RPO): BackupMissing comes when the newest point is older. Ages count
   * from the snapshot, so it must hold a whole interval, its flexible minutes and the run.
   * @default - the schedule's longest interval + flexibleMinutes + expectedMinutes, in whole hours upwards
   */
  rpoHours: z
    .number('hours from 0.5 to 8760')
    .min(0.5, 'hours from 0.5 to 8760')
    .max(8760, 'hours from 0.5 to 8760')
    .optional(),
  /**
   * The longest, in minutes, that you accept to wait for a restore (RTO).
   * @default 240
   */
  rtoMinutes: whole('minutes', 1, 10_080).default(240),
  /**
   * Size of the database on its server, in GB of 10^9 bytes: for the estimate of its costs and the disk of its drills.
   * @default - 10 are assumed for the costs
   */
  databaseGigabytes: z
    .number('gigabytes from 0.001 to 100000')
    .min(0.001, 'gigabytes from 0.001 to 100000')
    .max(100_000, 'gigabytes from 0.001 to 100000')
    .optional(),
  /** How long recovery points of each class are kept, in days. A class that is not named is never made. */
  keepDays: z
    .partialRecord(
      retentionClass,
      days(1),
      `days by class (${RETENTION_CLASSES.join(', ')}), for example { daily: 30, weekly: 56 }`,
    )
    .refine((keep) => Object.keys(keep).length > 0, 'at least one class, for example { daily: 30 }'),
  /**
   * Cheaper storage by class.
   * @default - S3 Standard until a point expires
   */
  storage: z
    .partialRecord(
      retentionClass,
      storageSchema,
      "by class, for example { weekly: { class: 'STANDARD_IA' } }",
    )
    .default({}),
  /** @default - directory format, two jobs, every row */
  dump: dumpSchema.prefault({}),
  /** @default - one core, 2 GiB of memory, 21 GiB of disk */
  task: taskSchema.prefault({}),
  /** @default - after each backup, on a throw-away server */
  drill: drillSchema.prefault({}),
  /** @default - 0.8 of the usual size, twice the usual time, half of a table's rows */
  alarms: alarmsSchema.prefault({}),
});

export type BackedUpDatabase = z.output<typeof databaseSchema>;
/** How long its points are kept, and where. */
export type KeptDatabase = Pick<BackedUpDatabase, 'keepDays' | 'storage'>;
export type DatabaseConnection = z.output<typeof connectionSchema>;
