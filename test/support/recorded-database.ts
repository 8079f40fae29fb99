/** What a backup records of a database, and the comparison of another one with it. */
import { Client } from 'pg';
import type { Catalog, Inventory } from '../../lib/contract/inventory';
import type { DatabaseSettings } from '../../lib/contract/manifest';
import { readCatalog } from '../../lib/postgres/catalog/read-catalog';
import {
  compareRestored,
  type CompareRestored,
  type Comparison,
} from '../../lib/postgres/compare/compare-restored';
import { digestCopyBlocks, type DumpDigest } from '../../lib/postgres/compare/copy-digest';
import { readDatabaseSettings } from '../../lib/postgres/database-settings';
import { takeInventory } from '../../lib/postgres/inventory';
import { plainData } from './awkward-database';

export interface Recorded<I extends Inventory | null = Inventory> {
  readonly inventory: I;
  readonly catalog: Catalog;
  readonly data: DumpDigest;
  readonly settings: DatabaseSettings;
}

export async function recorded(url: string, level: Inventory['level'], major = 15): Promise<Recorded> {
  const parts = await withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const inventory = await takeInventory([client], { level });
    const catalog = await readCatalog(client);
    return { inventory, catalog, settings: await readDatabaseSettings(client) };
  });
  return { ...parts, data: await digestCopyBlocks(plainData(url, major)) };
}

export async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function withClient<T>(url: string, task: (client: Client) => Promise<T>): Promise<T> {
  const client = await connected(url);
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}

export function compare(
  url: string,
  expected: Recorded<Inventory | null>,
  options: Partial<CompareRestored> = {},
): Promise<Comparison> {
  const archive = { sequences: expected.data.sequences };
  return withClient(url, (client) =>
    compareRestored({ expected, clients: [client], owners: true, archive, ...options }),
  );
}

export const inLines = ({ differences }: Pick<Comparison, 'differences'>) =>
  differences.map((difference) => `${difference.class}: ${difference.subject} ${difference.text}`);

/** The client inside a transaction that is open: transactions begun through it are savepoints. */
export function inside(client: Client): Client {
  const query = (sql: string, values?: unknown[]) => client.query(asSavepoint(sql), values);
  return Object.assign(Object.create(client) as Client, { query });
}

function asSavepoint(sql: string): string {
  if (sql.startsWith('BEGIN')) return 'SAVEPOINT inside';
  return sql === 'ROLLBACK' ? 'ROLLBACK TO SAVEPOINT inside' : sql;
}
