/** What lies below points/, as one listing of all versions tells it. */
import { PREFIXES, POINT_OBJECTS } from '../../contract/object-keys';
import { isRecoveryPointId, type RecoveryPointId } from '../../contract/recovery-point-id';
import type { ObjectVersion, ProtectedObjects } from '../../runtime/protected-objects';

/**
 * Objects of one id: those of a point lie below one prefix; below a second one lies what nobody asked for.
 * Of a point that is gone, none are left.
 */
export interface Dump {
  readonly database: string;
  readonly id: RecoveryPointId;
  readonly stored: readonly StoredDump[];
  /** undefined where no manifest has that id, believed or not. */
  readonly manifestKey: string | undefined;
}

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
export async function storedDumps(objects: ProtectedObjects): Promise<StoredDump[]> {
  const dumps = new Map<string, StoredDump>();
  for await (const version of objects.versions(PREFIXES.points)) {
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
