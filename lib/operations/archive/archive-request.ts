/** What the restore of an old archive needs to know, and what it answers. */
import type { Difference } from '../../contract/inventory';
import type { ConnectionTarget } from '../../postgres/connection';
import type { Store } from '../../runtime/store';
import type { RestoreTools } from '../restore-request';
import type { ArchiveAudit } from './archive-audit';

/** A file or folder of this machine, or an object of a bucket. */
export type ArchiveSource = { readonly path: string } | { readonly store: Store; readonly key: string };

/** What is refused unless it is asked for by its name. */
export const ALLOWANCES = ['creates-databases', 'no-end-line'] as const;
export type Allowance = (typeof ALLOWANCES)[number];

export interface RestoreArchiveRequest {
  readonly archive: ArchiveSource;
  /** As sha256sum writes it. @default - `<archive>.sha256`, where there is one */
  readonly sha256File?: string;
  readonly allow: readonly Allowance[];
  /** A database of the server that exists, for CREATE DATABASE. */
  readonly maintenance: ConnectionTarget;
  /** Made new; one that exists must be empty. */
  readonly targetDatabase: string;
  readonly jobs: number;
  /** Bring owners and privileges back; their roles must exist. A plain dump brings them in any case. */
  readonly owners: boolean;
  /** Leave the database of a restore that failed, for a look at it. */
  readonly keepFailed: boolean;
  readonly scratchRoot: string;
  /** @default - the usual folders of the server's major */
  readonly postgresBin?: string;
}

export interface RestoreArchiveTools extends Pick<RestoreTools, 'clock' | 'reporter' | 'signal'> {
  /** @default - no store is named, and no history is kept */
  readonly audit?: ArchiveAudit;
}

export const ARCHIVE_PHASES = ['fetch', 'read', 'create', 'load', 'analyze', 'compare'] as const;
export type ArchivePhase = (typeof ARCHIVE_PHASES)[number];

export interface ArchiveFacts {
  /** Path or `s3://bucket/key`. */
  readonly name: string;
  /** For example `custom`, or `plain, gzip`. */
  readonly format: string;
  readonly bytes: number;
  /** Of a folder there is none. */
  readonly sha256: string | undefined;
  /** Who vouches for the bytes: a file's name; undefined for nobody. */
  readonly provenBy: string | undefined;
  readonly serverVersion: string | undefined;
  readonly pgDumpVersion: string | undefined;
}

/** What stands in the database after the load, counted. */
export interface Held {
  readonly tables: number;
  readonly rows: number;
  readonly sequences: number;
  readonly extensions: readonly string[];
}

export interface ArchiveComparison {
  readonly held: Held;
  readonly differences: readonly Difference[];
  /** Against the archive's own rows. */
  readonly compared: { readonly tables: number; readonly rows: number; readonly sequences: number };
}

export interface RestoreArchiveResult extends ArchiveComparison {
  readonly archive: ArchiveFacts;
  readonly targetDatabase: string;
  /** False where an empty database was there already. */
  readonly created: boolean;
  readonly warnings: readonly string[];
  readonly seconds: Readonly<Record<ArchivePhase, number>>;
}

export function nameOf(source: ArchiveSource): string {
  return 'path' in source ? source.path : `${source.store.url}/${source.key}`;
}
