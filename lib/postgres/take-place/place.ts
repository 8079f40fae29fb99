/** The database whose place a restored one is to take: what it is, what hinders it, and what stays with it. */
import type { Client } from 'pg';

export interface Place {
  readonly name: string;
  readonly comment: string | null;
  /** False where somebody closed it before. */
  readonly allowsConnections: boolean;
  /** Only its owner may rename it, and only one who may create databases. */
  readonly mayRename: boolean;
  readonly owner: string;
  /** They hold it until somebody ends them. */
  readonly preparedTransactions: readonly string[];
  /** Bound to the database itself: they go on with it, under its other name. */
  readonly slots: readonly string[];
  readonly subscriptions: readonly string[];
}

const READ = `
  SELECT d.datname::text AS name, d.datallowconn AS "allowsConnections",
         pg_catalog.pg_get_userbyid(d.datdba)::text AS owner,
         pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
         (SELECT r.rolsuper OR (r.rolcreatedb AND pg_catalog.pg_has_role(r.oid, d.datdba, 'USAGE'))
            FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) AS "mayRename",
         ARRAY(SELECT x.gid::text FROM pg_catalog.pg_prepared_xacts x WHERE x.database = d.datname ORDER BY 1)
           AS "preparedTransactions",
         ARRAY(SELECT s.slot_name::text FROM pg_catalog.pg_replication_slots s WHERE s.database = d.datname ORDER BY 1)
           AS slots,
         ARRAY(SELECT s.subname::text FROM pg_catalog.pg_subscription s WHERE s.subdbid = d.oid ORDER BY 1)
           AS subscriptions
    FROM pg_catalog.pg_database d WHERE d.datname = $1 AND NOT d.datistemplate`;

/** undefined where there is no such database, or it is a template. */
export async function readPlace(client: Client, name: string): Promise<Place | undefined> {
  const { rows } = await client.query<Place>(READ, [name]);
  return rows[0];
}

/** Databases with a comment, which may be ours: see names.ts. */
export async function commentedDatabases(
  client: Client,
): Promise<{ readonly name: string; readonly comment: string }[]> {
  const { rows } = await client.query<{ name: string; comment: string }>(
    `SELECT d.datname::text AS name, pg_catalog.shobj_description(d.oid, 'pg_database') AS comment
       FROM pg_catalog.pg_database d WHERE pg_catalog.shobj_description(d.oid, 'pg_database') IS NOT NULL ORDER BY 1`,
  );
  return rows;
}
