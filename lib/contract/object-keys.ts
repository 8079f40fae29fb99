/**
 * The only place that knows where things lie in a backup bucket. Used by the programs and, for prefixes in
 * policies and lifecycle rules, by the infrastructure.
 */
import { isRecoveryPointId, type RecoveryPointId } from './recovery-point-id';

export const RETENTION_CLASSES = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[number];

export const KINDS = ['postgres', 'redis', 'media'] as const;
export type Kind = (typeof KINDS)[number];

export const PREFIXES = {
  manifests: 'manifests/',
  points: 'points/',
  exports: 'exports/',
  evidence: 'evidence/',
  audit: 'audit/',
} as const;

/** A database's name in keys, policies and metrics: not necessarily its name on the server. */
const DATABASE_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

export function isDatabaseName(name: string): boolean {
  return DATABASE_NAME.test(name);
}

export const DATABASE_NAME_RULE =
  'lower-case letters, digits, dot, dash and underscore; starts with a letter or digit; at most 63 characters';

export function manifestPrefix(database: string, kind: Kind = 'postgres'): string {
  return `${PREFIXES.manifests}${kind}/${database}/`;
}

export function manifestKey(database: string, id: RecoveryPointId, kind: Kind = 'postgres'): string {
  return `${manifestPrefix(database, kind)}${id}.json`;
}

/** The id that a manifest's key names, or undefined where the key is none. */
export function idOfManifestKey(key: string): RecoveryPointId | undefined {
  const name = /([^/]+)\.json$/.exec(key)?.[1];
  return name !== undefined && isRecoveryPointId(name) ? name : undefined;
}

export function classPrefix(
  retentionClass: RetentionClass,
  kind: Kind = 'postgres',
  database?: string,
): string {
  return `${PREFIXES.points}${retentionClass}/${kind}/${database === undefined ? '' : `${database}/`}`;
}

/** Where the objects of one recovery point lie. */
export function pointPrefix(retentionClass: RetentionClass, database: string, id: RecoveryPointId): string {
  return `${classPrefix(retentionClass, 'postgres', database)}${id}/`;
}

/** Which recovery point an object at such a key belongs to; undefined where it lies at no point's place. */
export function pointOfKey(
  key: string,
): { readonly class: RetentionClass; readonly database: string; readonly id: RecoveryPointId } | undefined {
  const [, name = '', , database = '', id = ''] = key.split('/');
  const retentionClass = RETENTION_CLASSES.find((known) => known === name);
  if (retentionClass === undefined || !isRecoveryPointId(id)) return undefined;
  return key.startsWith(pointPrefix(retentionClass, database, id))
    ? { class: retentionClass, database, id }
    : undefined;
}

/** Where the exports of a database lie. */
export function exportsPrefix(database: string): string {
  return `${PREFIXES.exports}postgres/${database}/`;
}

/** Where a dump of chosen tables lies: never a recovery point. */
export function exportPrefix(database: string, id: RecoveryPointId): string {
  return `${exportsPrefix(database)}${id}/`;
}

export function exportManifestKey(database: string, id: RecoveryPointId): string {
  return `${exportPrefix(database, id)}manifest.json`;
}

/** Names of the objects below a point's prefix. */
export const POINT_OBJECTS = {
  readme: 'README.txt',
  globals: 'globals.sql',
  dumpDirectory: 'dump/',
  dumpCustom: 'dump.custom',
  dumpPlain: 'dump.sql',
  dumpPlainGzip: 'dump.sql.gz',
} as const;
