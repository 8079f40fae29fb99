/** What a compliance report is judged from: each part as it was read, or why it could not be. */
import type { LockCheck } from '../../contract/compliance';
import type { Schedule } from '../../contract/schedule';
import type { DrillLogEntry } from '../drill-log';
import type { AuditReport } from '../read-audit';
import type { RecoveryPoint } from '../recovery-points';
import type { Protection } from './protection';

export type Read<T> =
  | { readonly value: T; readonly denied?: undefined }
  | { readonly denied: string; readonly value?: undefined };

/** What was promised of one database; null where it is not known. */
export interface Objectives {
  readonly schedule: Schedule & { readonly flexibleMinutes: number; readonly expectedMinutes: number };
  readonly rpoHours: number | null;
  readonly rtoMinutes: number | null;
  readonly provenWithinHours: number | null;
}

export interface Gathered {
  /** For messages. */
  readonly store: string;
  readonly protection: Protection;
  /** Against what was deployed, in words. */
  readonly differences: readonly string[];
  readonly points: Read<readonly RecoveryPoint[]>;
  /** null for a store that locks nothing. */
  readonly locks: Read<LockCheck | null>;
  /** null where nobody is named whose evidence is believed. */
  readonly drills: Read<readonly DrillLogEntry[] | null>;
  readonly audit: Read<AuditReport>;
  /** By database; undefined where no settings are at hand. */
  readonly objectives: Readonly<Record<string, Objectives>> | undefined;
  /** Name of the role, with `*` and `?`; undefined where none is known. */
  readonly breakGlassRole: string | undefined;
}
