/** Dumps without a manifest: never recovery points. */
import { classPrefix, RETENTION_CLASSES } from '../contract/object-keys';
import { isRecoveryPointId } from '../contract/recovery-point-id';
import type { Store } from '../runtime/store';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Orphan {
  readonly prefix: string;
  readonly database: string;
  readonly id: string;
  readonly objects: number;
  readonly bytes: number;
  /** When its newest object was written. */
  readonly touchedAt: Date;
  /** Touched within a day: a backup that still runs looks the same. */
  readonly mayBeRunning: boolean;
}

export interface OrphanSearch {
  /** Whether a manifest exists, valid or not. */
  readonly hasManifest: (database: string, id: string) => boolean;
  readonly now: Date;
  /** @default - of all databases */
  readonly database?: string;
}

interface Found {
  objects: number;
  bytes: number;
  newest: Date;
}

/** Lists every object below points/: the time grows with their number, the memory with that of the orphans. */
export async function findOrphans(store: Store, search: OrphanSearch): Promise<Orphan[]> {
  const found = new Map<string, Found>();
  for (const retentionClass of RETENTION_CLASSES) {
    for await (const object of store.list(classPrefix(retentionClass, 'postgres', search.database))) {
      const prefix = `${object.key.split('/').slice(0, 5).join('/')}/`;
      const { database, id } = partsOf(prefix);
      if (!isRecoveryPointId(id) || search.hasManifest(database, id)) continue;
      const before = found.get(prefix) ?? { objects: 0, bytes: 0, newest: object.modifiedAt };
      const newest = object.modifiedAt > before.newest ? object.modifiedAt : before.newest;
      found.set(prefix, { objects: before.objects + 1, bytes: before.bytes + object.bytes, newest });
    }
  }
  return [...found].map(([prefix, { objects, bytes, newest }]) => {
    const mayBeRunning = search.now.getTime() - newest.getTime() < DAY_MS;
    return { prefix, ...partsOf(prefix), objects, bytes, touchedAt: newest, mayBeRunning };
  });
}

/** Of `points/<class>/postgres/<database>/<id>/`. */
function partsOf(prefix: string): { readonly database: string; readonly id: string } {
  const [, , , database = '', id = ''] = prefix.split('/');
  return { database, id };
}
