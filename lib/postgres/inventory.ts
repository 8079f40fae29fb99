/**
 * The inventory: exact rows and, where asked, content hashes of everything a dump holds, taken in the dump's own
 * snapshot at the source and again in a restored database.
 */
import type { Client } from 'pg';
import { messageOf } from '../contract/failure';
import type { Inventory, TableInventory } from '../contract/inventory';
import { inventoryOfLargeObjects } from './inventory/large-objects';
import { countView, populatedViews, type MaterializedView } from './inventory/materialized-views';
import { pinSettings } from './inventory/pin-settings';
import { ownedSequences, sequenceOwnerOf, type SequenceOwner } from './inventory/sequence-owners';
import { spread } from './inventory/spread';
import { columnsOf, inventoryOf } from './inventory/table-inventory';
import { BY_SEARCH_PATH } from './refused-query';
import { listTables, qualifiedName, type Table } from './tables';

export interface InventoryOptions {
  readonly level: Inventory['level'];
  /** Qualified names (tables.ts) whose rows the dump leaves out. @default - none */
  readonly excludedTables?: ReadonlySet<string>;
  /** Repeats this inventory's hash method for each of its tables, so that the sums can be compared. @default - none */
  readonly repeat?: Inventory;
  readonly onTable?: (done: number, total: number) => void;
  /** What would hinder a restore. */
  readonly onWarning?: (text: string) => void;
  /** Looked at between queries; to stop a running one, end its connection. */
  readonly signal?: AbortSignal;
}

type Part =
  | { readonly table: TableInventory }
  | { readonly largeObjects: Inventory['largeObjects'] }
  | { readonly materializedView: MaterializedView }
  | { readonly sequenceOwner: SequenceOwner };
type Job = (client: Client) => Promise<Part>;

/**
 * @param clients each in a REPEATABLE READ READ ONLY transaction on one snapshot, with the tables locked; settings are
 *   pinned for the rest of those transactions. Their number is the load on the server.
 * @throws DatabaseError where a table may not be read, for example for row security
 */
export async function takeInventory(
  clients: readonly Client[],
  options: InventoryOptions,
): Promise<Inventory> {
  const [first] = clients;
  if (first === undefined) throw new TypeError('takeInventory needs at least one connection.');
  for (const client of clients) await pinSettings(client);
  const withContent = options.level === 'rows+content';
  const tables = await listTables(first);
  const jobs: Job[] = [
    ...(await tableJobs(first, tables, withContent, options)),
    async (client) => ({ largeObjects: await inventoryOfLargeObjects(client, withContent) }),
    ...(await populatedViews(first)).map((view): Job => async (client) => {
      return { materializedView: await countView(client, view) };
    }),
    ...(await sequenceJobs(first, tables, options)),
  ];
  return assemble(options.level, await spread(clients, jobs, (client, job) => job(client), options.signal));
}

/** Largest first, as listTables orders them: the last one to end is then a small one. */
async function tableJobs(
  client: Client,
  tables: readonly Table[],
  withContent: boolean,
  { excludedTables, repeat, onTable, onWarning }: InventoryOptions,
): Promise<Job[]> {
  const holdingRows = tables.filter((table) => table.kind === 'table');
  const columns = withContent ? await columnsOf(client, holdingRows) : undefined;
  const methods = new Map(repeat?.tables.map((table) => [qualifiedName(table), table.content?.method]));
  let done = 0;
  return holdingRows.map((table) => async (worker: Client) => {
    const name = qualifiedName(table);
    const inventory = excludedTables?.has(name)
      ? excluded(table)
      : await inventoryOf(worker, table, {
          columns: columns?.get(table.oid),
          method: methods.get(name),
          onSearchPath: (error) => onWarning?.(`${name}: ${messageOf(error)}. ${BY_SEARCH_PATH}`),
        });
    onTable?.(++done, holdingRows.length);
    return { table: inventory };
  });
}

function excluded({ schema, name, bytes }: Table): TableInventory {
  return { schema, name, rows: 0, bytes, dataExcluded: true };
}

/** A table whose rows are left out has no values that a sequence could collide with. */
async function sequenceJobs(
  client: Client,
  tables: readonly Table[],
  { excludedTables }: InventoryOptions,
): Promise<Job[]> {
  const included = tables.filter((table) => !excludedTables?.has(qualifiedName(table)));
  const owned = await ownedSequences(client, included);
  return owned.map((sequence) => async (worker: Client) => {
    return { sequenceOwner: await sequenceOwnerOf(worker, sequence) };
  });
}

function assemble(level: Inventory['level'], parts: readonly Part[]): Inventory {
  const tables = parts.flatMap((part) => ('table' in part ? [part.table] : []));
  return {
    level,
    tables: tables.sort((a, b) => (qualifiedName(a) < qualifiedName(b) ? -1 : 1)),
    largeObjects: parts.flatMap((part) => ('largeObjects' in part ? [part.largeObjects] : []))[0] ?? {
      count: 0,
      bytes: 0,
    },
    materializedViews: parts.flatMap((part) => ('materializedView' in part ? [part.materializedView] : [])),
    sequenceOwners: parts.flatMap((part) => ('sequenceOwner' in part ? [part.sequenceOwner] : [])),
  };
}
