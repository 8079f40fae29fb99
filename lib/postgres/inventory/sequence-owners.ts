/** How far each sequence is beside the column that owns it: the next value must not collide. */
import { escapeIdentifier, type Client } from 'pg';
import type { Inventory } from '../../contract/inventory';
import { qualifiedName, type Table } from '../tables';

export type SequenceOwner = Inventory['sequenceOwners'][number];

export interface OwnedSequence {
  readonly sequence: string;
  readonly table: Table;
  readonly column: string;
  readonly ascending: boolean;
  /** The column can hold NaN and infinities, which no sequence reaches. */
  readonly unbounded: boolean;
}

const OWNED = `
  SELECT n.nspname AS schema, s.relname AS name, a.attrelid::bigint::text AS oid, a.attname AS column,
         q.seqincrement > 0 AS ascending, bare.type = ANY ('{numeric,float4,float8}'::regtype[]::oid[]) AS unbounded
    FROM pg_class s
    JOIN pg_namespace n ON n.oid = s.relnamespace
    JOIN pg_sequence q ON q.seqrelid = s.oid
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.objsubid = 0
         AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN LATERAL (SELECT coalesce(nullif(t.typbasetype, 0), t.oid) AS type) bare ON true
   WHERE bare.type = ANY ('{int2,int4,int8,numeric,float4,float8}'::regtype[]::oid[])
     AND a.attrelid = ANY ($1::oid[])
   ORDER BY n.nspname, s.relname`;

/** Sequences owned by a numeric column of these tables. */
export async function ownedSequences(client: Client, tables: readonly Table[]): Promise<OwnedSequence[]> {
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  const { rows } = await client.query<
    { schema: string; name: string; oid: string } & Omit<OwnedSequence, 'table'>
  >(OWNED, [[...byOid.keys()]]);
  return rows.flatMap(({ oid, schema, name, ...owned }) => {
    const table = byOid.get(Number(oid));
    return table === undefined ? [] : [{ ...owned, sequence: qualifiedName({ schema, name }), table }];
  });
}

/** Looks at a whole inheritance or partition tree: its tables share the sequence. */
export async function sequenceOwnerOf(client: Client, owned: OwnedSequence): Promise<SequenceOwner> {
  const { sequence, table, column, ascending, unbounded } = owned;
  const value = escapeIdentifier(column);
  const numbers = unbounded ? `WHERE ${value}::text NOT IN ('NaN', 'Infinity', '-Infinity')` : '';
  const { rows } = await client.query<{ extreme: string | null; behind: boolean | null }>(
    // A sequence not yet called gives last_value itself next, so it has only reached the value before.
    `SELECT o.extreme::text, o.extreme ${ascending ? '>' : '<'} s.last_value - CASE WHEN s.is_called THEN 0
            ELSE ${ascending ? 1 : -1} END AS behind
       FROM (SELECT ${ascending ? 'max' : 'min'}(${value}) AS extreme FROM ${qualifiedName(table)} ${numbers}) o, ${sequence} s`,
  );
  const { extreme = null, behind = false } = rows[0] ?? {};
  return { sequence, table: qualifiedName(table), column, ascending, extreme, behind: behind ?? false };
}
