/** What a dump needs to know; each format is a function from it to what was stored. */
import type { ArchiveFormat, StoredFile } from '../../contract/manifest';
import type { StorageClass } from '../../contract/storage-class';
import type { Store } from '../../runtime/store';
import type { ConnectionTarget } from '../connection';
import type { Table } from '../tables';
import type { Toolchain } from '../toolchain';

export interface DumpOptions {
  readonly format: ArchiveFormat;
  /** Parallel connections of pg_dump; above 1 only in directory format. */
  readonly jobs: number;
  /** For example `zstd:1`, `gzip:9`, `lz4` or `none`. */
  readonly compression: string;
  /** psql patterns of tables whose rows are left out. */
  readonly excludeTableData: readonly string[];
  /** psql patterns of the only tables dumped; empty for the whole database. */
  readonly tables: readonly string[];
  readonly lockTimeoutSeconds: number;
  /** A dump that moves no byte for so long is ended. */
  readonly stallTimeoutSeconds: number;
}

export interface DumpRequest {
  readonly target: ConnectionTarget;
  readonly applicationName: string;
  readonly toolchain: Toolchain;
  readonly snapshotName: string;
  /** Of the database: the archive keeps it as it is. */
  readonly encoding: string;
  readonly options: DumpOptions;
  readonly store: Store;
  /** Where the point's objects lie; ends with a slash. */
  readonly prefix: string;
  /** Where the dump lies in S3; undefined for S3 Standard. */
  readonly storageClass: StorageClass | undefined;
  /** A private folder that is ours to fill and that the caller removes. */
  readonly scratchDirectory: string;
  /**
   * No relation's name holds a line break: one could pass for a message of pg_dump, and a file be taken for finished
   * that is not.
   */
  readonly namesArePlain: boolean;
  /** An upper estimate of the whole dump. */
  readonly estimatedBytes: number;
  readonly signal: AbortSignal;
  readonly events: DumpEvents;
  /** pg_dump has ended well: nobody needs the snapshot for it any more, also where much is still to be stored. */
  readonly allRead: () => Promise<void>;
}

export interface DumpEvents {
  /** The rows of a table are in the dump. */
  tableDone(): void;
  /** So many bytes were written so far, stored or waiting for it: also while one table takes long. */
  written(bytes: number): void;
  /** More bytes are in the store. */
  stored(bytes: number): void;
  /** A line of stderr that is not known to be harmless. */
  warning(line: string): void;
}

export interface Dumped {
  readonly files: readonly StoredFile[];
  /** True for each table whose rows the archive holds: an archive says so by oid, a plain dump by name. */
  holdsRowsOf(table: Table): boolean;
}
