/** What a backup will need of a server, read without taking a lock that anybody would notice. */
import type { Client } from 'pg';
import { listTables } from './tables';

export interface Readiness {
  /** Of our session; null without TLS. */
  readonly tlsVersion: string | null;
  /** Tables that a backup locks. */
  readonly tableCount: number;
  /** Tables, sequences and materialized views that the role may not read. */
  readonly unreadable: readonly string[];
  /** Tables of which the role sees only what a policy shows: pg_dump refuses them. */
  readonly rowSecurity: readonly string[];
  readonly largeObjects: number;
  readonly unreadableLargeObjects: number;
  readonly maxLocksPerTransaction: number;
  /** How many sessions and prepared transactions share the lock table. */
  readonly lockingSessions: number;
  /** Sessions that the role may still open, this one included. */
  readonly freeConnections: number;
}

/** Also what makes pg_dump ask: USAGE of the schema. An extension's own objects are not dumped. */
const UNREADABLE = `
  SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE (c.oid = ANY ($1::oid[]) OR
          c.relkind IN ('S', 'm') AND c.relpersistence <> 't'
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e'))
     AND NOT (has_schema_privilege(n.oid, 'USAGE') AND
              CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                   ELSE has_table_privilege(c.oid, 'SELECT') END)
   ORDER BY 1`;

const ROW_SECURITY = `
  SELECT oid::regclass::text AS name FROM pg_class
   WHERE oid = ANY ($1::oid[]) AND relrowsecurity AND row_security_active(oid) ORDER BY 1`;

/** pg_read_all_data covers large objects from 19 on: https://www.postgresql.org/docs/19/predefined-roles.html */
const LARGE_OBJECTS = `
  WITH me AS (
    SELECT rolsuper OR current_setting('lo_compat_privileges')::bool
           OR current_setting('server_version_num')::int >= 190000 AND pg_has_role('pg_read_all_data', 'USAGE') AS all
      FROM pg_roles WHERE rolname = current_user
  )
  SELECT count(*)::int AS total,
         (count(*) FILTER (WHERE NOT (me.all OR pg_has_role(lomowner, 'USAGE') OR EXISTS (
           SELECT FROM aclexplode(lomacl) acl WHERE acl.privilege_type = 'SELECT'
              AND (acl.grantee = 0 OR pg_has_role(acl.grantee, 'USAGE'))))))::int AS unreadable
    FROM pg_largeobject_metadata, me`;

/** The lock table holds max_locks_per_transaction for each: https://www.postgresql.org/docs/current/runtime-config-locks.html */
const LIMITS = `
  WITH sessions AS (
    SELECT count(*) AS all, count(*) FILTER (WHERE usesysid = current_user::regrole) AS ours,
           count(*) FILTER (WHERE datname = current_database()) AS here
      FROM pg_stat_activity WHERE datid IS NOT NULL
  )
  SELECT current_setting('max_locks_per_transaction')::int AS "maxLocksPerTransaction",
         current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int AS "lockingSessions",
         1 + least(
           current_setting('max_connections')::int - sessions.all
             - CASE WHEN rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int
                    + coalesce(current_setting('reserved_connections', true), '0')::int END,
           CASE WHEN rolconnlimit < 0 OR rolsuper THEN 1000000 ELSE rolconnlimit - sessions.ours END,
           CASE WHEN datconnlimit < 0 OR rolsuper THEN 1000000 ELSE datconnlimit - sessions.here END)::int AS "freeConnections"
    FROM sessions, pg_roles, pg_database
   WHERE rolname = current_user AND datname = current_database()`;

const TLS = 'SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()';

type Limits = Pick<Readiness, 'maxLocksPerTransaction' | 'lockingSessions' | 'freeConnections'>;

export async function readReadiness(client: Client): Promise<Readiness> {
  const tables = await listTables(client);
  const oids = [tables.map(({ oid }) => oid)];
  const largeObjects = await onlyRow<{ total: number; unreadable: number }>(client, LARGE_OBJECTS);
  return {
    tlsVersion: (await client.query<{ version: string | null }>(TLS)).rows[0]?.version ?? null,
    tableCount: tables.length,
    unreadable: await names(client, UNREADABLE, oids),
    rowSecurity: await names(client, ROW_SECURITY, oids),
    largeObjects: largeObjects.total,
    unreadableLargeObjects: largeObjects.unreadable,
    ...(await onlyRow<Limits>(client, LIMITS)),
  };
}

async function names(client: Client, sql: string, values: unknown[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(sql, values);
  return rows.map(({ name }) => name);
}

async function onlyRow<Row extends object>(client: Client, sql: string): Promise<Row> {
  const { rows } = await client.query<Row>(sql);
  const [row] = rows;
  if (row === undefined) throw new TypeError('A query of one row answered none.');
  return row;
}
