/**
 * Finds the rows that a restored table has and the live one has not. The live keys are copied into a temporary table of the
 * restored database, where the server compares them by the key's own equality; our memory holds a few thousand at a time.
 */
import { escapeIdentifier, type Client } from 'pg';
import type { TableName } from '../part/choose-tables';
import { qualifiedName } from '../tables';
import { parentsFirst } from './parents-first';
import {
  columnsOf,
  keyColumnsOf,
  referencesAmong,
  relationOf,
  type Column,
  type KeyColumn,
  type Relation,
} from './table-shape';

export interface GoneTable extends TableName {
  readonly rows: number;
  /** Of the first rows by key: the key's values as text. */
  readonly firstKeys: readonly (readonly string[])[];
  /** What the script gives values for. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
  /** Its rows name one another. */
  readonly namesItself: boolean;
  /** Temporary table of the restored database with the places of the rows. */
  readonly places: string;
}

export interface GoneRows {
  /** Parents before children. */
  readonly tables: readonly GoneTable[];
  readonly warnings: readonly string[];
}

const KEYS_AT_A_TIME = 5000;
const FIRST_KEYS = 20;

/**
 * @param side the restored database, in a transaction with pinned settings; temporary tables end with it
 * @param live the running one, in a read-only transaction with the same settings
 */
export async function findGoneRows(
  side: Client,
  live: Client,
  tables: readonly TableName[],
  signal: AbortSignal,
): Promise<GoneRows> {
  const relations = new Map<string, TableName & Relation>();
  for (const table of tables) {
    const relation = await relationOf(side, table);
    relations.set(relation.oid, { ...table, ...relation });
  }
  const references = await referencesAmong(side, [...relations.keys()]);
  const { order, circular } = parentsFirst([...relations.keys()], references);
  const warnings = circular.length === 0 ? [] : [circle(circular.map((oid) => relations.get(oid)))];
  const found: GoneTable[] = [];
  for (const [index, oid] of order.entries()) {
    const table = relations.get(oid);
    if (table === undefined) continue;
    const namesItself = references.some(({ child, parent }) => child === oid && parent === oid);
    const finder = new Finder(side, live, table, index, signal);
    found.push({ ...(await finder.find(warnings)), namesItself });
  }
  return { tables: found, warnings };
}

function circle(tables: readonly (TableName | undefined)[]): string {
  const names = tables.flatMap((table) => (table === undefined ? [] : [qualifiedName(table)]));
  return `${names.join(' and ')} name one another: the script works only where one of these foreign keys is DEFERRABLE.`;
}

class Finder {
  private readonly name: string;

  constructor(
    private readonly side: Client,
    private readonly live: Client,
    private readonly table: TableName & Relation,
    private readonly index: number,
    private readonly signal: AbortSignal,
  ) {
    this.name = qualifiedName(table);
  }

  async find(warnings: string[]): Promise<Omit<GoneTable, 'namesItself'>> {
    const { schema, name, oid } = this.table;
    const key = await keyColumnsOf(this.side, oid);
    const liveRelation = await relationOf(this.live, this.table);
    const columns = this.columnsToGive(
      await columnsOf(this.side, oid),
      await columnsOf(this.live, liveRelation.oid),
      warnings,
    );
    const keys = await this.copyLiveKeys(key, liveRelation);
    const places = await this.keepPlaces(key, keys);
    const counted = await this.side.query<{ rows: string }>(
      `SELECT pg_catalog.count(*) AS rows FROM ${places}`,
    );
    return {
      schema,
      name,
      rows: Number(counted.rows[0]?.rows),
      firstKeys: await this.firstKeys(key, places),
      columns,
      key: key.map((column) => column.name),
      places,
    };
  }

  private columnsToGive(side: readonly Column[], live: readonly Column[], warnings: string[]): string[] {
    const there = new Map(live.map((column) => [column.name, column]));
    const had = new Set(side.map(({ name }) => name));
    const gone = side.filter(({ name, generated }) => !generated && !there.has(name)).map(({ name }) => name);
    const added = live.filter(({ name, demanded }) => demanded && !had.has(name)).map(({ name }) => name);
    if (gone.length > 0)
      warnings.push(`${this.name} has no column ${gone.join(', ')} any more: its values are left out.`);
    if (added.length > 0)
      warnings.push(
        `${this.name} now demands a value for ${added.join(', ')}: add one to the script before you run it.`,
      );
    return side
      .filter(({ name, generated }) => !generated && there.get(name)?.generated === false)
      .map(({ name }) => name);
  }

  /** @returns the temporary table's name */
  private async copyLiveKeys(key: readonly KeyColumn[], { from }: Relation): Promise<string> {
    const keys = `pg_temp.backstop_keys_${this.index}`;
    const names = key.map(({ name }) => escapeIdentifier(name));
    await this.side.query(
      `CREATE TEMPORARY TABLE backstop_keys_${this.index} ON COMMIT DROP AS
         SELECT ${names.join(', ')} ${this.table.from} ${this.name} WITH NO DATA`,
    );
    const texts = names.map((name) => `pg_catalog.format('%s', ${name})`);
    const rows = pages<string[]>(
      this.live,
      `SELECT ARRAY[${texts.join(', ')}] AS row ${from} ${this.name}`,
      KEYS_AT_A_TIME,
      this.signal,
    );
    const values = key.map(({ type }, at) => `u.v${at}::${type}`);
    const arrays = key.map((_, at) => `$${at + 1}::pg_catalog.text[]`);
    const insert = `INSERT INTO ${keys} SELECT ${values.join(', ')} FROM ROWS FROM (${arrays.map((array) => `pg_catalog.unnest(${array})`).join(', ')}) AS u(${key.map((_, at) => `v${at}`).join(', ')})`;
    for await (const page of rows) {
      await this.side.query(
        insert,
        key.map((_, at) => page.map((row) => row[at])),
      );
    }
    await this.side.query(`ANALYZE ${keys}`);
    return keys;
  }

  /** Nobody else writes there, so a place names its row. */
  private async keepPlaces(key: readonly KeyColumn[], keys: string): Promise<string> {
    const same = key.map(
      ({ name, equals }) => `k.${escapeIdentifier(name)} ${equals} s.${escapeIdentifier(name)}`,
    );
    await this.side.query(
      `CREATE TEMPORARY TABLE backstop_gone_${this.index} ON COMMIT DROP AS
         SELECT s.tableoid AS lies, s.ctid AS at ${this.table.from} ${this.name} s
          WHERE NOT EXISTS (SELECT FROM ${keys} k WHERE ${same.join(' AND ')})`,
    );
    return `pg_temp.backstop_gone_${this.index}`;
  }

  private async firstKeys(key: readonly KeyColumn[], places: string): Promise<string[][]> {
    const texts = key.map(({ name }) => `pg_catalog.format('%s', s.${escapeIdentifier(name)})`);
    const { rows } = await this.side.query<{ row: string[] }>(
      `SELECT ARRAY[${texts.join(', ')}] AS row ${joined(
        this.table,
        key.map(({ name }) => name),
        places,
      )} LIMIT ${FIRST_KEYS}`,
    );
    return rows.map(({ row }) => row);
  }
}

/** The rows at the places, in the order of their key. */
export function joined(table: TableName, key: readonly string[], places: string): string {
  const order = key.map((name) => `s.${escapeIdentifier(name)}`);
  return `FROM ${places} g JOIN ${qualifiedName(table)} s ON s.tableoid = g.lies AND s.ctid = g.at ORDER BY ${order.join(', ')}`;
}

/** The column `row` of a query's rows, some at a time, within the client's transaction. */
export async function* pages<T>(
  client: Client,
  query: string,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  await client.query(`DECLARE backstop_rows NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ row: T }>(`FETCH ${size} FROM backstop_rows`);
    if (rows.length > 0) yield rows.map(({ row }) => row);
    if (rows.length < size) break;
  }
  await client.query('CLOSE backstop_rows');
}
