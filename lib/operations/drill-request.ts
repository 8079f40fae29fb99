/** What a drill needs to know, what it needs to have, and what it answers. */
import type { DrillCheck } from '../contract/drill-checks';
import type { Evidence } from '../contract/evidence';
import type { DifferenceClass } from '../contract/inventory';
import type { DrillServers } from '../postgres/drill-server';
import type { Archive } from '../runtime/archive';
import type { Caller } from '../runtime/caller';
import type { Clock } from '../runtime/clock';
import type { Reporter } from '../runtime/reporter';
import type { Signer } from '../runtime/signer';
import type { Store } from '../runtime/store';
import type { Trust } from './read-manifest';

export interface DrillRequest {
  /** An id, the beginning of one, or `newest`. */
  readonly point: string;
  /** Of `newest`: the newest one whose snapshot is not younger than this. @default - now */
  readonly at?: Date;
  /** @default - the store's only database */
  readonly database?: string;
  readonly jobs: number;
  readonly checks: readonly DrillCheck[];
  /** Besides data and schema. */
  readonly alsoFailsOn: readonly Extract<DifferenceClass, 'recomputed' | 'environment'>[];
  /** A point whose snapshot is older is refused. @default - any age will do */
  readonly maxAgeHours?: number;
  /** A restored database with fewer rows in all proves nothing. */
  readonly minimumRows: number;
  readonly reason: string;
  readonly requestedBy: string;
  readonly imageDigest: string | null;
  readonly scratchRoot: string;
  /** @default - the usual folders of the point's major */
  readonly postgresBin?: string;
}

export interface DrillTools {
  readonly store: Store;
  /** What of it is archived. @default - nothing */
  readonly archive?: Archive | undefined;
  /** Whose manifests are believed. */
  readonly trust: Trust;
  /** Signs the evidence, with a key that signs nothing else. */
  readonly evidenceSigner: Signer;
  /** Where to restore to. */
  readonly servers: DrillServers;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Who runs it, for the audit. @default - the audit has only what the request says */
  readonly caller?: Caller;
  /** Told as soon as evidence is stored, also that of a drill that failed. @default - nobody is told */
  readonly onEvidence?: (result: DrillResult) => void;
  /** Ends the drill; its reason is a Failure `stopped`. */
  readonly signal: AbortSignal;
}

export interface DrillResult {
  readonly evidence: Evidence;
  readonly evidenceKey: string;
}
