/** The tables that pg_dump locks and dumps: what a snapshot locks and an inventory counts. */
import { escapeIdentifier, type Client } from 'pg';

export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Only `table` holds rows of its own. */
  readonly kind: 'table' | 'partitioned';
  /** On disk, indexes and TOAST included; an estimate while somebody holds or awaits an exclusive lock on it. */
  readonly bytes: number;
  /** Its rows are not on a standby, so a dump taken there has none of them. */
  readonly unlogged: boolean;
  /**
   * Only on a configuration table of an extension: the `WHERE …` that the extension gave, or an empty string for
   * all rows. pg_dump leaves the table to CREATE EXTENSION and dumps these rows.
   */
  readonly extensionFilter?: string;
}

// pg_total_relation_size would wait for an exclusive lock, and waiting here would not name who blocks.
const LIST = `
  WITH blocked AS (
    SELECT DISTINCT relation FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  )
  SELECT c.oid::bigint::text AS oid, n.nspname AS schema, c.relname AS name,
         CASE c.relkind WHEN 'p' THEN 'partitioned' ELSE 'table' END AS kind,
         CASE WHEN c.oid IN (SELECT relation FROM blocked)
              THEN greatest(c.relpages, 0)::bigint * current_setting('block_size')::bigint
              ELSE pg_total_relation_size(c.oid) END::text AS bytes,
         c.relpersistence = 'u' AS unlogged,
         config.condition AS "extensionFilter"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend member ON member.classid = 'pg_class'::regclass AND member.objid = c.oid
          AND member.objsubid = 0 AND member.refclassid = 'pg_extension'::regclass AND member.deptype = 'e'
    LEFT JOIN LATERAL (
      SELECT coalesce(e.extcondition[i], '') AS condition
        FROM pg_extension e, generate_subscripts(e.extconfig, 1) AS i
       WHERE e.extconfig[i] = c.oid
    ) config ON true
   WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND (member.objid IS NULL OR config.condition IS NOT NULL)`;

interface Row extends Omit<Table, 'oid' | 'bytes' | 'extensionFilter'> {
  readonly oid: string;
  readonly bytes: string | null;
  readonly extensionFilter: string | null;
}

/** Largest first, then by name. Waits for no lock and keeps none; works under an empty search_path. */
export async function listTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Row>(LIST);
  return rows
    .map(tableOf)
    .sort((a, b) => b.bytes - a.bytes || compareText(qualifiedName(a), qualifiedName(b)));
}

function tableOf({ oid, bytes, extensionFilter, ...rest }: Row): Table {
  const table = { ...rest, oid: Number(oid), bytes: Number(bytes ?? 0) };
  return extensionFilter === null ? table : { ...table, extensionFilter };
}

/** Quoted for SQL, and the table's name in messages: `"public"."invoice"`. */
export function qualifiedName(table: { readonly schema: string; readonly name: string }): string {
  return `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.name)}`;
}

/** By code units: the same order on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
