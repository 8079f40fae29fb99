/** What a restore needs to know, what it needs to have, and what it answers. */
import type { Difference } from '../contract/inventory';
import type { Manifest } from '../contract/manifest';
import type { Comparison } from '../postgres/compare/compare-restored';
import type { ConnectionTarget } from '../postgres/connection';
import type { Archive, ThawOptions } from '../runtime/archive';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { Store } from '../runtime/store';
import type { Trust } from './read-manifest';

/** `content`: every row, through the archive's own lines. `rows`: their number. The schema always. */
export const COMPARE_LEVELS = ['content', 'rows'] as const;
export type CompareLevel = (typeof COMPARE_LEVELS)[number];

export interface RestoreRequest {
  /** An id, the beginning of one, or `newest`. */
  readonly point: string;
  /** Of `newest`: the newest one whose snapshot is not younger than this. @default - now */
  readonly at?: Date;
  /** @default - the store's only database */
  readonly database?: string;
  /** A database of the server that exists, for CREATE DATABASE. */
  readonly maintenance: ConnectionTarget;
  /** Made new; one that exists must be empty. */
  readonly targetDatabase: string;
  readonly jobs: number;
  /** Bring owners and privileges back; their roles must exist. */
  readonly owners: boolean;
  readonly compare: CompareLevel;
  /** Leave the database of a restore that failed, for a look at it. */
  readonly keepFailed: boolean;
  /** Of what is archived. @default - refuse it */
  readonly thaw?: ThawOptions;
  readonly scratchRoot: string;
  /** @default - the usual folders of the server's major */
  readonly postgresBin?: string;
}

export interface RestoreTools {
  readonly store: Store;
  /** What of it is archived. @default - nothing */
  readonly archive?: Archive | undefined;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Ends the restore; its reason is a Failure `stopped`. */
  readonly signal: AbortSignal;
}

export const PHASES = ['fetch', 'create', 'load', 'analyze', 'compare', 'settings'] as const;
export type Phase = (typeof PHASES)[number];

export interface RestoreResult {
  readonly manifest: Manifest;
  readonly targetDatabase: string;
  /** False where an empty database was there already. */
  readonly created: boolean;
  readonly differences: readonly Difference[];
  readonly compared: Comparison['compared'];
  /** What a person should read: passed-over points, settings left out, warnings of the programs. */
  readonly warnings: readonly string[];
  readonly seconds: Readonly<Record<Phase, number>>;
}
