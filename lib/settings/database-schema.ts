/** What is said of one database: how it is reached, when it is dumped, how long its points are kept. */
import { z } from 'zod';
import { INVENTORY_LEVELS } from '../contract/inventory';
import { ARCHIVE_FORMATS } from '../contract/manifest';
import { RETENTION_CLASSES } from '../contract/object-keys';
import { STORAGE_CLASSES } from '../contract/storage-class';
import { days, fields, oneOf, secretName, text, whole } from './fields';

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

/** Five fields, as in crontab: minute, hour, day of month, month, day of week. */
const cron = text(
  /^\S+ \S+ \S+ \S+ \S+$/,
  "five fields as in crontab (minute, hour, day of month, month, day of week), for example '0 2 * * *'",
);

const scheduleSchema = fields({
  /**
   * As in crontab: minute, hour, day of month, month, day of week.
   * @default '0 2 * * *' - every night at two
   */
  cron: cron.default('0 2 * * *'),
  /**
   * Time zone of `cron`, by its IANA name.
   * @default 'UTC'
   */
  timeZone: z
    .string()
    .refine(isTimeZone, "a time zone by its IANA name, for example 'Europe/Berlin'")
    .default('UTC'),
  /**
   * A run starts at most so many minutes after its time: it spreads the load of many databases.
   * @default 15
   */
  flexibleMinutes: whole('minutes', 0, 1440).default(15),
  /**
   * What a run is expected to take at most, in minutes. A run that takes longer than twice that is stuck.
   * @default 30
   */
  expectedMinutes: whole('minutes', 1, 10_080).default(30),
  /**
   * Months with another schedule, for example every six hours in the peak season.
   * @default - the same all year
   */
  seasons: z
    .array(
      fields({
        /** 1 January … 12 December. */
        months: z.array(whole('months', 1, 12)).min(1, 'at least one month, 1 to 12'),
        cron,
      }),
      'a list of { months, cron }',
    )
    .default([]),
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

const taskSchema = fields({
  /**
   * Fargate's CPU units: 1024 are one core.
   * @default 1024
   */
  cpu: z
    .literal([256, 512, 1024, 2048, 4096, 8192, 16_384], 'one of 256, 512, 1024, 2048, 4096, 8192, 16384')
    .default(1024),
  /**
   * Memory in MiB; what is allowed depends on `cpu`.
   * @default 2048
   */
  memoryMiB: whole('MiB', 512, 122_880).default(2048),
  /**
   * Local disk in GiB. Directory format keeps finished files there until they are stored.
   * @default 21
   */
  ephemeralStorageGiB: whole('GiB', 21, 200).default(21),
});

const alarmsSchema = fields({
  /**
   * BackupShrunken: the newest point is smaller than this part of the median of those before it.
   * @default 0.8
   */
  shrunkenBelow: z
    .number('a number from 0.1 to 1')
    .min(0.1, 'a number from 0.1 to 1')
    .max(1, 'a number from 0.1 to 1')
    .default(0.8),
  /**
   * BackupShrunken: the newest point has fewer stored bytes than this.
   * @default 1 - only an empty one
   */
  minimumBytes: whole('bytes', 1, Number.MAX_SAFE_INTEGER).default(1),
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
   * Size of the database on its server, in GB of 10^9 bytes: for the estimate of its costs, nothing else.
   * @default - 10 are assumed
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
  /** @default - 0.8 of the median, and not empty */
  alarms: alarmsSchema.prefault({}),
});

export type BackedUpDatabase = z.output<typeof databaseSchema>;
/** How long its points are kept, and where. */
export type KeptDatabase = Pick<BackedUpDatabase, 'keepDays' | 'storage'>;
export type DatabaseConnection = z.output<typeof connectionSchema>;
export type ScheduleSettings = z.output<typeof scheduleSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
