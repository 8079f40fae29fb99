/** One disaster: how it comes about, and what must be true once the commands of the runbook were typed. */
import type { RunningShop } from './running-shop';

export const DISASTER_NAMES = [
  'database-corruption',
  'deleted-rows',
  'dropped-table',
  'server-lost',
  'provider-outage',
  'bucket-emptied',
  'backups-failing-unnoticed',
  'credentials-stolen',
  'point-tampered-with',
  'wrong-database',
] as const;
export type DisasterName = (typeof DISASTER_NAMES)[number];

export interface Damaged {
  /** The last moment at which all was well. */
  readonly damagedAt: Date;
  /** What the shell has beside what it always has. */
  readonly variables?: Readonly<Record<string, string>>;
  /** As of when the restored data is. @default - nothing is lost but what the newest point lacks */
  readonly snapshotAt?: Date;
  /** Of all blocks together. */
  readonly judge: (output: string) => Promise<void>;
}

export interface Disaster {
  readonly name: DisasterName;
  /** In docs/runbook.md, below Disasters. */
  readonly heading: string;
  /** No objective can hold for what is lost: that it is told in time is what the rehearsal shows. @default false */
  readonly lossIsTold?: true;
  readonly happens: (shop: RunningShop) => Promise<Damaged>;
}
