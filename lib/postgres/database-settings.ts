/** What a database is made of beside its objects: pg_dump records it only with --create, which we do not use. */
import type { Client } from 'pg';
import type { DatabaseSettings } from '../contract/manifest';
import { mayBeSecret } from '../contract/secret-names';

type Setting = DatabaseSettings['settings'][number];

// The row as JSON: a column that this major lacks reads as null. 15 brought the provider and its version, 16 the
// ICU rules; 17 renamed daticulocale to datlocale.
// https://www.postgresql.org/docs/current/catalog-pg-database.html
const READ = `
  SELECT pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
         coalesce(j->>'datlocprovider', 'c') AS "localeProvider",
         d.datcollate AS collate,
         d.datctype AS ctype,
         coalesce(j->>'datlocale', j->>'daticulocale') AS locale,
         j->>'daticurules' AS "icuRules",
         j->>'datcollversion' AS "collationVersion",
         pg_catalog.pg_get_userbyid(d.datdba)::text AS owner,
         pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
         d.datacl::text[] AS acl,
         d.datconnlimit AS "connectionLimit"
    FROM pg_catalog.pg_database d, pg_catalog.to_jsonb(d) AS j
   WHERE d.datname = coalesce($1, pg_catalog.current_database())`;

// Settings of a role in every database belong to the cluster's globals.
const READ_OVERRIDES = `
  SELECT r.rolname::text AS role, pg_catalog.unnest(s.setconfig) AS setting
    FROM pg_catalog.pg_db_role_setting s
    JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase AND d.datname = coalesce($1, pg_catalog.current_database())
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
   ORDER BY 1 NULLS FIRST, 2`;

/**
 * Reads encoding, locale, owner, comment, privileges, ALTER ... SET.
 *
 * @param name of another database of the server @default - the connected one
 */
export async function readDatabaseSettings(client: Client, name?: string): Promise<DatabaseSettings> {
  const { rows } = await client.query<Omit<DatabaseSettings, 'settings'>>(READ, [name]);
  const [database] = rows;
  if (database === undefined) throw new TypeError('the database is in pg_database');
  return { ...database, settings: (await readOverrides(client, name)).map(withoutSecret) };
}

/** ALTER ... SET as they are: for the server itself, since values among them may be secrets. */
export async function readOverrides(client: Client, name?: string): Promise<Setting[]> {
  const { rows } = await client.query<Setting>(READ_OVERRIDES, [name]);
  return rows;
}

function withoutSecret({ role, setting }: Setting): Setting {
  const [name = ''] = setting.split('=', 1);
  return mayBeSecret(name) ? { role, setting: name, hidden: true } : { role, setting };
}
