/** The verdict of a restore: the restored database against the manifest and the archive's own lines. */
import type { Manifest } from '../contract/manifest';
import { compareLocale } from '../postgres/compare/compare-database-settings';
import { compareRestored, type CompareRestored, type Comparison } from '../postgres/compare/compare-restored';
import type { ConnectionTarget } from '../postgres/connection';
import { digestDatabase, digestDump } from '../postgres/data-digests';
import { readDatabaseSettings } from '../postgres/database-settings';
import type { FetchedDump } from '../postgres/fetched-dump';
import { withStoppableSession } from '../postgres/stoppable-session';
import type { Toolchain } from '../postgres/toolchain';
import type { CompareLevel } from './restore-request';

/** Where not all of a dump was restored. */
export interface RestoredPart {
  /** File of lines of `pg_restore --list`: what was restored. */
  readonly list: string;
  /** What of the restored database is held against the manifest, which says no more than that either. */
  readonly only: Required<CompareRestored>['only'];
}

export interface RestoredDatabase {
  readonly manifest: Manifest;
  readonly dump: FetchedDump;
  readonly target: ConnectionTarget;
  readonly toolchain: Toolchain;
  readonly owners: boolean;
  readonly level: CompareLevel;
  /** @default - all was restored */
  readonly part?: RestoredPart;
  readonly onTable: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export async function compareWithManifest(restored: RestoredDatabase): Promise<Comparison> {
  const { manifest, target, owners, onTable, signal, part } = restored;
  const archive = restored.level === 'content' ? await digestBoth(restored) : undefined;
  return withStoppableSession(target, signal, async (client) => {
    const { differences, compared } = await compareRestored({
      expected: manifest,
      clients: [client],
      owners,
      onTable,
      signal,
      ...(archive && { archive }),
      ...(part && { only: part.only }),
    });
    const settings = compareLocale(manifest.databaseSettings, await readDatabaseSettings(client));
    return { differences: [...differences, ...settings], compared };
  });
}

async function digestBoth({
  dump,
  target,
  toolchain,
  signal,
  part,
}: RestoredDatabase): Promise<Required<CompareRestored>['archive']> {
  const archive = await digestDump(dump, toolchain, signal, part?.list);
  const restored = await digestDatabase(target, toolchain, archive, signal);
  return { sequences: archive.sequences, data: { archive, restored } };
}
