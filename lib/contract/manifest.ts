/**
 * The manifest: a recovery point exists only when its signed manifest exists. Its fields are promises to old
 * backups: never change the meaning of one, raise the version instead. See docs/backup-format.md.
 */
import { z } from 'zod';
import { catalogSchema, inventorySchema } from './inventory';
import { DATABASE_NAME_RULE, isDatabaseName, RETENTION_CLASSES } from './object-keys';
import { isRecoveryPointId } from './recovery-point-id';

export const MANIFEST_VERSION = 1;

export const ARCHIVE_FORMATS = ['directory', 'custom', 'plain'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

const instant = z.iso.datetime();
const bytes = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A key of an object: relative, without dot segments, so that it can never leave the folder it is fetched into. */
const objectKey = z
  .string()
  .min(1)
  .max(1024)
  .refine((key) => !key.startsWith('/') && !/[\\\u0000-\u001f]/.test(key), 'must be a relative key')
  .refine(
    (key) => key.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'has dot segments',
  );

export const storedFileSchema = z.strictObject({
  key: objectKey,
  bytes,
  /** Of the whole object, computed by us while it was sent; hex. */
  sha256,
  /** CRC-32 of the whole object, which the store confirmed when it took it; 8 hex digits. */
  crc32: z.string().regex(/^[0-9a-f]{8}$/),
});
export type StoredFile = z.infer<typeof storedFileSchema>;

const serverSchema = z.strictObject({
  /** For example `17.10`. */
  version: z.string(),
  major: z.number().int(),
  /** Tells one cluster from another; null where the provider hides it. */
  systemIdentifier: z.string().nullable(),
  role: z.enum(['primary', 'replica']),
  replicaLagSeconds: z.number().nullable(),
});

export const databaseSettingsSchema = z.strictObject({
  encoding: z.string(),
  /** `c` libc, `i` ICU, `b` built-in. */
  localeProvider: z.enum(['c', 'i', 'b']),
  collate: z.string(),
  ctype: z.string(),
  /** ICU or built-in locale; null for libc. */
  locale: z.string().nullable(),
  icuRules: z.string().nullable(),
  collationVersion: z.string().nullable(),
  owner: z.string(),
  comment: z.string().nullable(),
  acl: z.array(z.string()).nullable(),
  connectionLimit: z.number().int(),
  /** ALTER DATABASE ... SET (role is null) and ALTER ROLE ... IN DATABASE ... SET; each setting as `name=value`. */
  settings: z.array(
    z.strictObject({
      role: z.string().nullable(),
      setting: z.string(),
      /** `setting` is the name alone: its value may be a secret. */
      hidden: z.literal(true).optional(),
    }),
  ),
});
export type DatabaseSettings = z.infer<typeof databaseSettingsSchema>;

export const manifestSchema = z.strictObject({
  type: z.enum(['recovery-point', 'export']),
  version: z.literal(MANIFEST_VERSION),
  id: z.string().refine(isRecoveryPointId, 'must look like 20261120T020000Z-0a1b2c'),
  kind: z.literal('postgres'),
  database: z.string().refine(isDatabaseName, DATABASE_NAME_RULE),
  /** The database's name on its server. */
  sourceDatabase: z.string(),
  startedAt: instant,
  finishedAt: instant,
  /** The server's clock when the snapshot was taken: ages count from here. */
  snapshotAt: instant,
  reason: z.string(),
  requestedBy: z.string(),
  class: z.enum(RETENTION_CLASSES),
  /** Start of the newest point of each class, this one included: the next point's class is decided from it. */
  newestByClass: z.partialRecord(z.enum(RETENTION_CLASSES), instant),
  retainUntil: instant,
  expiresAt: instant,
  format: z.enum(ARCHIVE_FORMATS),
  jobs: z.number().int().positive(),
  compression: z.string(),
  excludedTableData: z.array(z.string()),
  /** Patterns of an export; empty in a recovery point. */
  tables: z.array(z.string()),
  server: serverSchema,
  clientVersion: z.string(),
  lsn: z.string().nullable(),
  extensions: z.array(z.strictObject({ name: z.string(), version: z.string(), schema: z.string() })),
  databaseSettings: databaseSettingsSchema,
  databaseBytes: bytes,
  storedBytes: bytes,
  files: z.array(storedFileSchema).min(1),
  /** null only where the run was asked for none. */
  inventory: inventorySchema.nullable(),
  catalog: catalogSchema,
  /** Lines of pg_dump's stderr that are not known to be harmless, and what else a person should read. */
  warnings: z.array(z.string()),
  imageDigest: z.string().nullable(),
  /** SHA-256 of the manifest object before this one of the same database: a missing one shows. */
  previousManifestSha256: sha256.nullable(),
  toolVersion: z.string(),
});
export type Manifest = z.infer<typeof manifestSchema>;
