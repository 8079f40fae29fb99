/** What the settings of a database say, in the words of the backup program. */
import { ENVIRONMENT } from '../contract/environment';
import { WRITABLE_FOLDERS } from '../contract/task-image';
import type { BackedUpDatabase, DatabaseConnection } from '../settings/database-schema';
import { trustedAuthorities } from './task-image';

/** A database that tasks reach. */
export type ReachedDatabase = BackedUpDatabase & { readonly connection: DatabaseConnection };

export function isReached(database: BackedUpDatabase): database is ReachedDatabase {
  return database.connection !== 'elsewhere';
}

/** All but where to store and who signs. What the settings leave open is left to the program's own defaults. */
export function backupEnvironment(name: string, database: ReachedDatabase): Record<string, string> {
  const { connection, dump } = database;
  const open = {
    [ENVIRONMENT.format]: dump.format,
    [ENVIRONMENT.compression]: dump.compression,
    [ENVIRONMENT.excludeTableData]: textOf(dump.excludeTableData),
    [ENVIRONMENT.storageClasses]: textOf(directStorageClasses(database)),
  };
  return {
    [ENVIRONMENT.database]: name,
    [ENVIRONMENT.from]: connectionUrl(connection),
    [ENVIRONMENT.auth]: connection.rdsIam === undefined ? 'password' : 'rds-iam',
    [ENVIRONMENT.jobs]: String(dump.jobs),
    [ENVIRONMENT.inventory]: dump.inventory,
    [ENVIRONMENT.keep]: textOf(Object.entries(database.keepDays).map(([keep, days]) => `${keep}=${days}`)),
    [ENVIRONMENT.scratch]: WRITABLE_FOLDERS.scratch,
    ...Object.fromEntries(Object.entries(open).filter(([, value]) => value !== undefined && value !== '')),
  };
}

/** Without a password, which comes as PGPASSWORD. */
export function connectionUrl({ host, port, database, user, tls }: DatabaseConnection): string {
  const url = new URL(`postgres://${host}:${port}`);
  url.username = encodeURIComponent(user);
  url.pathname = encodeURIComponent(database);
  url.searchParams.set('sslmode', tls.mode);
  if (tls.mode.startsWith('verify')) url.searchParams.set('sslrootcert', trustedAuthorities(tls.authorities));
  return url.href;
}

/** Classes that are not moved there by a lifecycle rule but written there at once. */
function directStorageClasses({ storage }: BackedUpDatabase): string[] {
  return Object.entries(storage)
    .filter(([, { afterDays }]) => afterDays === 0)
    .map(([retentionClass, { class: storageClass }]) => `${retentionClass}=${storageClass}`);
}

function textOf(items: readonly string[]): string {
  return items.join(',');
}
