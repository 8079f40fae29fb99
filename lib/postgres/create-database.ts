/** Makes, completes and drops the database that a recovery point is restored into. */
import { escapeIdentifier, type Client } from 'pg';
import { Failure, messageOf } from '../contract/failure';
import type { DatabaseSettings } from '../contract/manifest';
import { parseAcl } from './acl';
import {
  createDatabaseStatement,
  settingName,
  settingStatements,
  type Statement,
} from './database-statements';

/**
 * @param maintenance a session in another database of the server
 * @throws Failure `restore-refused` where the server lacks the locale or the user may not create databases
 */
export async function createDatabase(
  maintenance: Client,
  name: string,
  settings: DatabaseSettings,
  major: number,
): Promise<void> {
  await maintenance.query(createDatabaseStatement(name, settings, major)).catch((error: unknown) => {
    throw new Failure('restore-refused', `The database ${name} cannot be created: ${messageOf(error)}`, {
      cause: error,
      hint:
        HINTS[codeOf(error) ?? ''] ??
        'Create it by hand, empty and from template0; an empty database is restored into.',
    });
  });
}

const HINTS: Readonly<Record<string, string>> = {
  '42501':
    'The user needs CREATEDB: ALTER ROLE ... CREATEDB, or create the empty database with another user.',
  // The server answers so to a locale that its operating system or ICU lacks.
  '42809':
    'Install the locale on the server, or create the empty database by hand with a locale that it has.',
  '22023':
    'Install the locale on the server, or create the empty database by hand with a locale that it has.',
};

/** Also where somebody is connected to it. Only for a database that we have created ourselves. */
export async function dropDatabase(maintenance: Client, name: string): Promise<void> {
  await maintenance.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
}

/** What the database could not be given. */
export interface LeftOut {
  /** As settingStatements and settingName say it. */
  readonly what: string;
  readonly reason: string;
}

/**
 * Gives the database its comment, connection limit and settings, after its data: a read-only default or a short
 * timeout must not hinder the restore.
 */
export async function applySettings(
  client: Client,
  name: string,
  settings: DatabaseSettings,
): Promise<LeftOut[]> {
  const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_catalog.pg_roles');
  const roles = new Set(rows.map((row) => row.rolname));
  const leftOut = settings.settings
    .filter(({ hidden }) => hidden === true)
    .map((setting) => ({
      what: settingName(setting),
      reason: 'its value may be a secret, so it is not recorded; set it by hand',
    }));
  for (const { sql, what, role } of settingStatements(name, settings)) {
    const reason = role !== null && !roles.has(role) ? 'the role does not exist' : await tried(client, sql);
    if (reason !== undefined) leftOut.push({ what, reason });
  }
  return leftOut;
}

async function tried(client: Client, sql: Statement['sql']): Promise<string | undefined> {
  try {
    await client.query(sql);
    return undefined;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return messageOf(error);
  }
}

/** Owner and privileges of the database itself. The roles must exist. */
export async function applyOwnership(
  client: Client,
  name: string,
  settings: DatabaseSettings,
): Promise<void> {
  const database = escapeIdentifier(name);
  await client.query(`ALTER DATABASE ${database} OWNER TO ${escapeIdentifier(settings.owner)}`);
  if (settings.acl === null) return;
  const { rows } = await client.query<Grant>(READ_ACL, [settings.acl]);
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC, ${escapeIdentifier(settings.owner)}`);
  for (const { privilege, grantee, grantable } of rows) {
    const to = grantee === null ? 'PUBLIC' : escapeIdentifier(grantee);
    const option = grantable ? ' WITH GRANT OPTION' : '';
    await client.query(`GRANT ${privilege} ON DATABASE ${database} TO ${to}${option}`);
  }
}

interface Grant {
  readonly privilege: string;
  /** null for PUBLIC. */
  readonly grantee: string | null;
  readonly grantable: boolean;
}

const READ_ACL = `
  SELECT a.privilege_type AS privilege, r.rolname::text AS grantee, a.is_grantable AS grantable
    FROM pg_catalog.aclexplode($1::text[]::aclitem[]) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee`;

/** Roles of the list that the server lacks. */
export async function missingRoles(client: Client, wanted: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ role: string }>(
    `SELECT w.role FROM pg_catalog.unnest($1::text[]) AS w(role)
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = w.role) ORDER BY 1`,
    [[...new Set(wanted)]],
  );
  return rows.map(({ role }) => role);
}

/** The roles that the database's own privileges name, from the text form of an ACL: `app=CTc/owner`. */
export function aclRoles(acl: readonly string[] | null): string[] {
  return parseAcl(acl ?? [])
    .flatMap(({ grantee, grantor }) => [grantee, grantor])
    .filter((role) => role !== '');
}

function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string }).code;
}
