/** One run of a backup: what is settled before its first byte is dumped. */
import type { RetentionClass } from '../contract/object-keys';
import type { RecoveryPointId } from '../contract/recovery-point-id';
import type { StorageClass } from '../contract/storage-class';
import type { DumpOptions } from '../postgres/dump/dump-request';
import type { Source } from '../postgres/source';
import type { Toolchain } from '../postgres/toolchain';
import type { PreviousPoint } from './previous-point';

export interface Run {
  readonly id: RecoveryPointId;
  readonly startedAt: Date;
  readonly retentionClass: RetentionClass;
  /** Where its objects lie; ends with a slash. */
  readonly prefix: string;
  /** Of the dump; undefined for S3 Standard. */
  readonly storageClass: StorageClass | undefined;
  readonly previous: PreviousPoint;
  readonly source: Source;
  readonly toolchain: Toolchain;
  readonly options: DumpOptions;
  /** Private to this run; removed at its end. */
  readonly scratchDirectory: string;
}
