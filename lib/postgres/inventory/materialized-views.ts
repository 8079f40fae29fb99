/** Populated materialized views: a restore computes them anew, so their rows are compared but never decide. */
import { DatabaseError, type Client } from 'pg';
import type { Inventory } from '../../contract/inventory';
import { qualifiedName } from '../tables';
import { undone } from '../undone';

export type MaterializedView = Inventory['materializedViews'][number];

const LIST = `
  SELECT n.nspname AS schema, c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname !~ '^pg_'
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                        AND d.deptype = 'e')
   ORDER BY n.nspname, c.relname`;

export async function populatedViews(client: Client): Promise<{ schema: string; name: string }[]> {
  return (await client.query<{ schema: string; name: string }>(LIST)).rows;
}

/** Lock not available, no such table. */
const BUSY_OR_GONE = ['55P03', '42P01'];

/** Unlike tables, materialized views are not locked beforehand: one that is being refreshed or dropped is left uncounted. */
export async function countView(
  client: Client,
  view: { schema: string; name: string },
): Promise<MaterializedView> {
  const counting = async () => {
    await client.query("SET LOCAL lock_timeout = '1s'");
    const { rows } = await client.query<{ rows: string }>(
      `SELECT count(*)::text AS rows FROM ${qualifiedName(view)}`,
    );
    return Number(rows[0]?.rows);
  };
  try {
    return { ...view, rows: await undone(client, counting) };
  } catch (error) {
    if (!(error instanceof DatabaseError && BUSY_OR_GONE.includes(error.code ?? ''))) throw error;
    return { ...view, rows: null };
  }
}
