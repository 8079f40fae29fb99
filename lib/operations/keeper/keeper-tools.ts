/** What the keeper works with. */
import type { Clock } from '../../runtime/clock';
import type { Keeper } from '../../runtime/keeper';
import type { Store } from '../../runtime/store';
import type { Trust } from '../read-manifest';

export interface KeeperTools {
  readonly store: Store;
  readonly keeper: Keeper;
  /** Whose manifests are believed. */
  readonly trust: Trust;
  /** Whose evidence is: never the key that signs manifests, or whoever backs up could prove. */
  readonly evidenceTrust: Trust;
  readonly clock: Clock;
  /** A lock cannot be taken back: a manifest that asks for a new one of more days from now is refused. */
  readonly longestLockDays: number;
  /** Databases whose points are going to be proven: their points wait for it. */
  readonly drilledDatabases: readonly string[];
}

export const REQUESTS_AT_A_TIME = 32;
export const DAY_MS = 86_400_000;
