/** Recovery points as a backup leaves them, made without a server: for tests of what happens to them afterwards. */
import { createHash } from 'node:crypto';
import { evidencePrefix } from '../../lib/contract/evidence';
import { manifestSchema, type Manifest, type StoredFile } from '../../lib/contract/manifest';
import { manifestKey, pointPrefix } from '../../lib/contract/object-keys';
import { recoveryPointId } from '../../lib/contract/recovery-point-id';
import { encodeEnvelope, sign } from '../../lib/runtime/signed-document';
import type { Signer } from '../../lib/runtime/signer';
import type { Store } from '../../lib/runtime/store';

export interface MadePoint {
  readonly database?: string;
  readonly startedAt: Date;
  readonly class?: Manifest['class'];
  /** Days from its start until it may go. */
  readonly days?: number;
}

const DAY_MS = 86_400_000;
const FILES = ['dump/toc.dat', 'dump/1.dat', 'globals.sql', 'README.txt'];

/** @returns id, prefix and what is the same in each part of one point */
function identityOf({ database = 'shop', startedAt, class: retentionClass = 'daily' }: MadePoint) {
  const random = createHash('sha256').update(database).digest().subarray(0, 2);
  const id = recoveryPointId(startedAt, random);
  return { database, id, retentionClass, prefix: pointPrefix(retentionClass, database, id) };
}

export function prefixOf(point: MadePoint): string {
  return identityOf(point).prefix;
}

/** @returns its manifest's key */
export function manifestKeyOf(point: MadePoint): string {
  const { database, id } = identityOf(point);
  return manifestKey(database, id);
}

/** In order of the keys. */
export function objectsOf(point: MadePoint): string[] {
  return FILES.map((name) => `${prefixOf(point)}${name}`).sort();
}

export function evidencePrefixOf(point: MadePoint): string {
  const { database, id } = identityOf(point);
  return `${evidencePrefix(database)}${id}/`;
}

/** Puts all objects but the manifest. */
export async function putDump(store: Store, point: MadePoint): Promise<StoredFile[]> {
  const { prefix } = identityOf(point);
  const files: StoredFile[] = [];
  for (const name of FILES) files.push(await store.put(`${prefix}${name}`, Buffer.from(`${prefix}${name}`)));
  return files;
}

/** @param changes of the manifest */
export function manifestOf(point: MadePoint, files: StoredFile[], changes: Partial<Manifest> = {}): Manifest {
  const { database, id, retentionClass } = identityOf(point);
  const at = point.startedAt.toISOString();
  const until = new Date(point.startedAt.getTime() + (point.days ?? 30) * DAY_MS).toISOString();
  return manifestSchema.parse({
    ...{ type: 'recovery-point', version: 1, id, kind: 'postgres', database, sourceDatabase: database },
    ...{ startedAt: at, finishedAt: at, snapshotAt: at, reason: 'test', requestedBy: 'tester' },
    ...{ class: retentionClass, newestByClass: {}, retainUntil: until, expiresAt: until },
    ...{ format: 'directory', jobs: 2, compression: 'gzip:1', excludedTableData: [], tables: [] },
    server: { version: '17.1', major: 17, systemIdentifier: null, role: 'primary', replicaLagSeconds: null },
    ...{ clientVersion: '17.1', lsn: null, extensions: [], databaseBytes: 1000 },
    databaseSettings: {
      ...{ encoding: 'UTF8', localeProvider: 'c', collate: 'C', ctype: 'C', locale: null, icuRules: null },
      ...{ collationVersion: null, owner: 'o', comment: null, acl: null, connectionLimit: -1, settings: [] },
    },
    storedBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...{ files, inventory: null, catalog: [], warnings: [], imageDigest: null },
    ...{ previousManifestSha256: null, toolVersion: '0.1.0' },
    ...changes,
  });
}

/** @returns the manifest's key */
export async function putManifest(store: Store, signer: Signer, manifest: Manifest): Promise<string> {
  const key = manifestKey(manifest.database, manifest.id);
  await store.put(key, encodeEnvelope(await sign(manifest, signer)));
  return key;
}

/** A whole point. @returns its manifest's key */
export async function putPoint(store: Store, signer: Signer, point: MadePoint): Promise<string> {
  return putManifest(store, signer, manifestOf(point, await putDump(store, point)));
}
