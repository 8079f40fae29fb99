/** What a restore needs to know, what it needs to have, and what it answers. */
import type { DrillCheck } from '../contract/drill-checks';
import type { Manifest } from '../contract/manifest';
import type { RestoreHooks } from '../contract/restore-hooks';
import type { Comparison } from '../postgres/compare/compare-restored';
import type { ConnectionTarget } from '../postgres/connection';
import type { Archive, ThawOptions } from '../runtime/archive';
import type { Caller } from '../runtime/caller';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { Store } from '../runtime/store';
import type { Versions } from '../runtime/versions';
import type { CheckResult } from './drill-checks';
import type { Trust } from './read-manifest';
import type { Override } from './place-refusals';

/** `content`: every row, through the archive's own lines. `rows`: their number. The schema always. */
export const COMPARE_LEVELS = ['content', 'rows'] as const;
export type CompareLevel = (typeof COMPARE_LEVELS)[number];

/** What a drill needs as well. */
export interface LoadingRequest {
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
  /** Bring owners and privileges back; their roles must exist. `if-possible`: where the user may give things away. */
  readonly owners: boolean | 'if-possible';
  /** Make the roles that the server lacks, as globals.sql of the point says. @default - they must be there */
  readonly globals?: boolean;
  readonly compare: CompareLevel;
  /** Leave the database of a restore that failed, for a look at it. */
  readonly keepFailed: boolean;
  /** Of what is archived. @default - refuse it */
  readonly thaw?: ThawOptions;
  readonly scratchRoot: string;
  /** @default - the usual folders of the server's major */
  readonly postgresBin?: string;
}

export interface LoadingTools {
  readonly store: Store;
  /** What of it is archived. @default - nothing */
  readonly archive?: Archive | undefined;
  /** Where what was written over is looked for; a drill has none. @default - only the newest versions count */
  readonly versions?: Versions | undefined;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Ends the restore; its reason is a Failure `stopped`. */
  readonly signal: AbortSignal;
}

export interface RestoreRequest extends LoadingRequest {
  /** @default - what is restored stays beside everything else */
  readonly place?: PlaceRequest;
  /** Put to the restored database before it takes a place. */
  readonly checks: readonly DrillCheck[];
  readonly hooks: RestoreHooks;
  /** Refusals that the operator overrides. */
  readonly allow: readonly Override[];
  readonly reason: string;
  readonly requestedBy: string;
}

/** How what is restored takes the place of a database that is there. */
export interface PlaceRequest {
  /**
   * `replace`: the old one is closed and renamed first, for it does harm, or nobody needs it. `swap`: it serves on until
   * the new one was compared; what is written meanwhile is in the old one alone.
   */
  readonly mode: 'replace' | 'swap';
  readonly name: string;
  /** How long the old one is to be kept; nothing of ours drops it. */
  readonly keepDays: number;
  /** A point whose snapshot is older needs the override `old`. */
  readonly maxAgeHours: number;
}

export interface RestoreTools extends LoadingTools {
  /** Whose evidence of drills is believed. @default - it is not known what is proven */
  readonly evidenceTrust?: Trust;
  readonly randomBytes: (count: number) => Uint8Array;
  /** What the operator answers; undefined where nobody can be asked. */
  readonly ask: (question: string) => Promise<string | undefined>;
  /** What hooks get: the operator's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who runs it, for the audit. */
  readonly caller: Caller;
}

/** Of a drill as well. */
const LOADING_PHASES = ['fetch', 'create', 'load', 'analyze', 'compare', 'settings', 'checks'] as const;
export type LoadingPhase = (typeof LOADING_PHASES)[number];

export const PHASES = [...LOADING_PHASES, 'place'] as const;
export type Phase = (typeof PHASES)[number];

export interface TookPlace {
  readonly name: string;
  /** What the old database is called now. */
  readonly keptAs: string;
  readonly keptUntil: string;
  /** SQL for a session in another database: undoes it. */
  readonly wayBack: readonly string[];
}

/** What came of it in the database itself. */
export interface Restored extends Comparison {
  readonly checks: readonly CheckResult[];
  /** undefined where it took none: it was not asked to, or is not what it should be. */
  readonly tookPlace?: TookPlace;
}

export interface RestoreResult extends Restored {
  readonly manifest: Manifest;
  readonly targetDatabase: string;
  /** False where an empty database was there already. */
  readonly created: boolean;
  /** Hooks that failed once all was done, in words. */
  readonly failedHooks: readonly string[];
  /** What a person should read: passed-over points, settings left out, warnings of the programs. */
  readonly warnings: readonly string[];
  readonly seconds: Readonly<Record<Phase, number>>;
}
