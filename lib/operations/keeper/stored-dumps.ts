/** What lies below points/, as one listing of all versions tells it. */
import { PREFIXES, POINT_OBJECTS } from '../../contract/object-keys';
import { isRecoveryPointId } from '../../contract/recovery-point-id';
import type { Keeper } from '../../runtime/keeper';
import type { ObjectVersion } from '../../runtime/protected-objects';

export interface StoredDump {
  /** `points/<class>/postgres/<database>/<id>/` */
  readonly prefix: string;
  readonly database: string;
  readonly id: string;
  /** Every version of its README: tagged last of all, it tells that a point is done with. */
  readonly readmes: readonly ObjectVersion[];
  /** Of the newest version. */
  readonly touchedAt: Date;
}

/** The time grows with the number of objects, the memory with that of dumps. */
export async function storedDumps(keeper: Keeper): Promise<StoredDump[]> {
  const dumps = new Map<string, StoredDump>();
  for await (const version of keeper.versions(PREFIXES.points)) {
    const [points, retentionClass, kind, database = '', id = ''] = version.key.split('/');
    if (kind !== 'postgres' || !isRecoveryPointId(id)) continue;
    const prefix = [points, retentionClass, kind, database, id, ''].join('/');
    const before = dumps.get(prefix) ?? { prefix, database, id, readmes: [], touchedAt: version.modifiedAt };
    const isReadme = version.key === `${prefix}${POINT_OBJECTS.readme}`;
    dumps.set(prefix, {
      ...before,
      readmes: isReadme ? [...before.readmes, version] : before.readmes,
      touchedAt: version.modifiedAt > before.touchedAt ? version.modifiedAt : before.touchedAt,
    });
  }
  return [...dumps.values()];
}
