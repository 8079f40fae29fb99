/**
 * What an archive names and does not hold, made for the time of a drill: roles with which nobody can log in, and on a
 * throw-away server tablespaces.
 */
import { escapeIdentifier, type Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import type { CatalogEntry } from '../contract/inventory';
import type { Manifest } from '../contract/manifest';
import { missingRoles } from './create-database';
import type { DrillServer } from './drill-server';
import { lackingTablespaces, makeTablespaces } from './drill-tablespaces';
import { requiredRoles } from './required-roles';
import { withMaintenance } from './target-server';

export interface DrillRolesRequest {
  readonly server: DrillServer;
  readonly manifest: Pick<Manifest, 'catalog' | 'databaseSettings'>;
  /** Whether owners and privileges are brought back. */
  readonly owners: boolean;
  readonly onWarning: (text: string) => void;
}

/**
 * @param task is told which roles were made; its database must be gone when it ends, so that they can be dropped again
 * @throws Failure `restore-refused` naming the roles where the user may not make them
 */
export async function withDrillRoles<T>(
  { server, manifest, owners, onWarning }: DrillRolesRequest,
  task: (made: readonly string[]) => Promise<T>,
): Promise<T> {
  const superusers = owners ? ownersWhoMustBeSuperusers(manifest) : [];
  const made = await withMaintenance(server.maintenance, async (client) => {
    const missing = await missingRoles(client, requiredRoles(manifest, owners));
    await makeRoles(client, missing, superusers);
    if (server.kind === 'throw-away')
      await makeTablespaces(client, await lackingTablespaces(client, manifest));
    return missing;
  });
  try {
    return await task(made);
  } finally {
    // With a throw-away server they are gone.
    if (server.kind === 'server' && made.length > 0) await dropRoles(server, made, onWarning);
  }
}

/** All or none. */
async function makeRoles(
  client: Client,
  roles: readonly string[],
  superusers: readonly string[],
): Promise<void> {
  const statements = roles.map(
    (role) =>
      `CREATE ROLE ${escapeIdentifier(role)} NOLOGIN${superusers.includes(role) ? ' SUPERUSER' : ''};`,
  );
  if (statements.length === 0) return;
  try {
    // Several statements in one message are one transaction.
    await client.query(statements.join(' '));
  } catch (error) {
    throw new Failure(
      'restore-refused',
      `The server lacks roles that the dump names (${roles.join(', ')}), and they cannot be made: ${messageOf(error)}`,
      {
        cause: error,
        hint: `The user of the drill needs CREATEROLE, or make them by hand: ${statements.join(' ')}`,
      },
    );
  }
}

async function dropRoles(
  { maintenance }: DrillServer,
  roles: readonly string[],
  onWarning: (text: string) => void,
): Promise<void> {
  const dropping = (role: string) => `DROP ROLE IF EXISTS ${escapeIdentifier(role)};`;
  const warn = (which: string, error: unknown, statements: readonly string[]) => {
    onWarning(
      `Made for the drill, and could not be dropped again: ${which} (${messageOf(error)}). Drop by hand: ${statements.join(' ')}`,
    );
  };
  try {
    await withMaintenance(maintenance, async (client) => {
      for (const role of roles) {
        await client.query(dropping(role)).catch((error: unknown) => {
          warn(`role ${role}`, error, [dropping(role)]);
        });
      }
    });
  } catch (error) {
    warn(`the roles ${roles.join(', ')}`, error, roles.map(dropping));
  }
}

/**
 * Owners whom the server refuses unless they are superusers. https://www.postgresql.org/docs/current/sql-alterpublication.html
 * (for all tables, or those of a schema), sql-altereventtrigger.html and sql-alterforeigndatawrapper.html beside it
 */
function ownersWhoMustBeSuperusers({ catalog }: Pick<Manifest, 'catalog'>): string[] {
  const demanding = new Set(catalog.flatMap(demandingObject));
  return catalog
    .filter(({ kind, identity }) => kind === 'owner of' && demanding.has(unquoted(identity)))
    .map(({ facts }) => String(facts['owner']));
}

/** As `owner of` names it, without quotes. */
function demandingObject({ kind, identity, facts }: CatalogEntry): string[] {
  switch (kind) {
    case 'event trigger':
    case 'foreign-data wrapper':
      return [`${kind} ${unquoted(identity)}`];
    case 'publication':
      return facts['all tables'] === true ? [`${kind} ${unquoted(identity)}`] : [];
    case 'published schema':
      // For example `app in publication news`, which is not quoted.
      return [identity.replace(/^.* in (?=publication )/, '')];
    default:
      return [];
  }
}

function unquoted(identity: string): string {
  return identity.replace(/"((?:[^"]|"")*)"$/, (_, name: string) => name.replaceAll('""', '"'));
}
