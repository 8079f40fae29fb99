/** What has to be known of a table to find its missing rows and to write them down. */
import type { Client } from 'pg';
import type { TableName } from '../part/choose-tables';

export interface KeyColumn {
  readonly name: string;
  readonly type: string;
  /** The equality of the key's own index, in full: the search_path is empty. */
  readonly equals: string;
}

export interface Column {
  readonly name: string;
  /** A value that is computed, and so never written. */
  readonly generated: boolean;
  /** NOT NULL without a default: whoever adds a row has to give a value. */
  readonly demanded: boolean;
}

const KEY = `
  SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname) AS equals
    FROM pg_catalog.pg_index i
    CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(i.indkey::pg_catalog.int2[]), pg_catalog.unnest(i.indclass::pg_catalog.oid[]))
         WITH ORDINALITY AS part(attnum, opclass, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.attnum
    JOIN pg_catalog.pg_opclass c ON c.oid = part.opclass
    JOIN pg_catalog.pg_amop m ON m.amopfamily = c.opcfamily AND m.amoplefttype = c.opcintype
         AND m.amoprighttype = c.opcintype AND m.amopstrategy = 3
    JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
   WHERE i.indrelid = $1 AND i.indisprimary AND part.position <= i.indnkeyatts ORDER BY part.position`;

export async function keyColumnsOf(client: Client, oid: string): Promise<KeyColumn[]> {
  return (await client.query<KeyColumn>(KEY, [oid])).rows;
}

const COLUMNS = `
  SELECT a.attname AS name, a.attgenerated <> '' AS generated,
         a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS demanded
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

export async function columnsOf(client: Client, oid: string): Promise<Column[]> {
  return (await client.query<Column>(COLUMNS, [oid])).rows;
}

export interface Relation {
  readonly oid: string;
  /** How its own rows are read: a partitioned table has them in its partitions. */
  readonly from: 'FROM' | 'FROM ONLY';
}

const RELATION = `
  SELECT c.oid::pg_catalog.text AS oid, CASE c.relkind WHEN 'p' THEN 'FROM' ELSE 'FROM ONLY' END AS "from"
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = $2`;

/** @throws TypeError where the table is gone */
export async function relationOf(client: Client, { schema, name }: TableName): Promise<Relation> {
  const {
    rows: [relation],
  } = await client.query<Relation>(RELATION, [schema, name]);
  if (relation === undefined) throw new TypeError(`There is no table ${schema}.${name} any more.`);
  return relation;
}

const REFERENCES = `
  SELECT conrelid::pg_catalog.text AS child, confrelid::pg_catalog.text AS parent FROM (
    SELECT k.conrelid::pg_catalog.oid, k.confrelid::pg_catalog.oid FROM pg_catalog.pg_constraint k
     WHERE k.contype = 'f' AND k.conrelid = ANY ($1::pg_catalog.oid[]) AND k.confrelid = ANY ($1::pg_catalog.oid[])) pair`;

/** Foreign keys between these tables, by oid. */
export async function referencesAmong(
  client: Client,
  oids: readonly string[],
): Promise<{ child: string; parent: string }[]> {
  return (await client.query<{ child: string; parent: string }>(REFERENCES, [oids])).rows;
}
