/** What a database holds of its users' making: nothing is ever restored on top of something. */
import type { Client } from 'pg';

const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;
const NOT_OF_EXTENSION = (catalog: string) => `NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
  WHERE d.classid = 'pg_catalog.${catalog}'::regclass AND d.objid = o.oid AND d.deptype = 'e')`;

// In a new database from template0 every part is empty.
const CONTENTS = `
  SELECT CASE o.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                        WHEN 'f' THEN 'foreign table' ELSE 'table' END || ' ' || n.nspname || '.' || o.relname AS what
    FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace
   WHERE o.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND ${USER_SCHEMA} AND ${NOT_OF_EXTENSION('pg_class')}
   UNION ALL
  SELECT 'function ' || n.nspname || '.' || o.proname
    FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace
   WHERE ${USER_SCHEMA} AND ${NOT_OF_EXTENSION('pg_proc')}
   UNION ALL
  SELECT 'type ' || n.nspname || '.' || o.typname
    FROM pg_catalog.pg_type o JOIN pg_catalog.pg_namespace n ON n.oid = o.typnamespace
   WHERE o.typtype IN ('e', 'd', 'r') AND ${USER_SCHEMA} AND ${NOT_OF_EXTENSION('pg_type')}
   UNION ALL
  SELECT 'schema ' || n.nspname FROM pg_catalog.pg_namespace n
   WHERE ${USER_SCHEMA} AND n.nspname <> 'public'
   UNION ALL
  SELECT 'extension ' || extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
   UNION ALL
  SELECT 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata`;

export interface Contents {
  readonly count: number;
  /** The first ten, for example `table public.invoice`. */
  readonly examples: readonly string[];
}

export async function databaseContents(client: Client): Promise<Contents> {
  const { rows } = await client.query<{ what: string; count: string }>(
    `SELECT what, count(*) OVER () AS count FROM (${CONTENTS}) contents ORDER BY what LIMIT 10`,
  );
  return { count: Number(rows[0]?.count ?? 0), examples: rows.map(({ what }) => what) };
}
