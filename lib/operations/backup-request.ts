/** What a backup needs to know, and what it needs to have. */
import type { InventoryLevel } from '../contract/inventory';
import type { ArchiveFormat, Manifest } from '../contract/manifest';
import type { RetentionClass } from '../contract/object-keys';
import type { Keep } from '../contract/retention';
import type { StorageClass } from '../contract/storage-class';
import type { ConnectionTarget } from '../postgres/connection';
import type { Caller } from '../runtime/caller';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { Signer } from '../runtime/signer';
import type { Store } from '../runtime/store';

export type StorageClasses = Readonly<Partial<Record<RetentionClass, StorageClass>>>;

export interface BackupRequest {
  /** Its name in keys and metrics. */
  readonly database: string;
  readonly target: ConnectionTarget;
  /** @default - directory; custom where more than 10,000 large objects would be a file each */
  readonly format?: ArchiveFormat;
  /** Parallel connections of pg_dump in directory format. */
  readonly jobs: number;
  /** @default - zstd:1 from PostgreSQL 16 on, else gzip:1; plain: gzip:1 */
  readonly compression?: string;
  readonly excludeTableData: readonly string[];
  /** Patterns of the only tables dumped: makes an export, never a recovery point. */
  readonly tables: readonly string[];
  readonly inventory: InventoryLevel;
  readonly keep: Keep;
  /** Where the dumps of a class's points lie in S3. @default - S3 Standard */
  readonly storageClasses?: StorageClasses;
  readonly reason: string;
  readonly requestedBy: string;
  /** ISO-8601 instant of the schedule's slot that this run serves. @default - none: somebody started it */
  readonly slot?: string | undefined;
  readonly lockTimeoutSeconds: number;
  readonly stallTimeoutSeconds: number;
  /** End the backup when somebody has waited so long for its locks. @default - only report it */
  readonly abortWhenBlockingSeconds?: number;
  /** Folder of pg_dump. @default - the usual ones of the server's major */
  readonly postgresBin?: string;
  /** Where a folder for unsent files is made. */
  readonly scratchRoot: string;
  /** Of the container image that runs this. @default - none */
  readonly imageDigest?: string;
}

export interface BackupTools {
  readonly store: Store;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Who runs it, for the audit. @default - the audit has only what the request says */
  readonly caller?: Caller;
  /** Ends the run; its reason is a Failure `stopped`. */
  readonly signal: AbortSignal;
}

export interface BackupResult {
  readonly manifest: Manifest;
  readonly manifestKey: string;
  readonly seconds: number;
}
