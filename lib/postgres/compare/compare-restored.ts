/** Compares a restored database with what was recorded when it was backed up: the verdict of every restore. */
import type { Client } from 'pg';
import type { Catalog, Difference, Inventory } from '../../contract/inventory';
import { readCatalog } from '../catalog/read-catalog';
import { takeInventory } from '../inventory';
import { catalogChanges } from './catalog-changes';
import { inWords, notRead } from './compare-catalogs';
import { compareDigests, notDigested } from './compare-digests';
import { compareInventories } from './compare-inventories';
import type { DumpDigest } from './copy-digest';
import { withoutRewordings } from './replay-expressions';
import { compareSequences, readSequences, type SequenceValues } from './sequence-sets';

export interface CompareRestored {
  /** As the manifest holds them. */
  readonly expected: { readonly inventory: Inventory | null; readonly catalog: Catalog };
  /** Of the restored database, outside transactions and used by nobody else; more than one share the counting. */
  readonly clients: readonly [Client, ...Client[]];
  /** Whether the restore was asked to bring owners and privileges back. */
  readonly owners: boolean;
  /** What the archive itself says. @default - sequences are held against their columns only */
  readonly archive?: {
    readonly sequences: SequenceValues;
    /** Data of the archive and of the restored database. @default - content by the inventory's hashes, if any */
    readonly data?: { readonly archive: DumpDigest; readonly restored: DumpDigest };
  };
  /** What of the restored database is held against `expected`. @default - all */
  readonly only?: (
    restored: Pick<Restored, 'inventory' | 'catalog'>,
  ) => Pick<Restored, 'inventory' | 'catalog'>;
  readonly onTable?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** How much was looked at: a verdict over nothing is none. */
  readonly compared: {
    readonly tables: number;
    readonly rows: number;
    readonly catalogEntries: number;
    readonly sequences: number;
    readonly content: 'hash' | 'copy' | 'none';
  };
}

/** Leaves the database as it was; its transactions are rolled back. */
export async function compareRestored(options: CompareRestored): Promise<Comparison> {
  const { expected, clients, owners, archive } = options;
  const restored = await readRestored(options);
  const changes = catalogChanges(expected.catalog, restored.catalog, { owners });
  const [client] = clients;
  const schema = (await withoutRewordings(client, changes)).flatMap(inWords);
  const sequenceOwners = expected.inventory?.sequenceOwners ?? [];
  const differences = [
    ...(expected.inventory && restored.inventory
      ? compareInventories(expected.inventory, restored.inventory)
      : []),
    ...(archive?.data ? compareDigests(archive.data.archive, archive.data.restored) : []),
    ...(archive?.data && expected.inventory ? notDigested(expected.inventory, archive.data.archive) : []),
    ...compareSequences(archive?.sequences ?? new Map(), restored.sequences, sequenceOwners),
    ...schema,
    ...notRead(expected.catalog, restored.catalog),
  ];
  return { differences: withoutRepeats(differences), compared: compared(options, restored) };
}

interface Restored {
  readonly inventory: Inventory | null;
  readonly catalog: Catalog;
  readonly sequences: SequenceValues;
}

async function readRestored({
  expected,
  clients,
  only,
  onTable,
  signal,
}: CompareRestored): Promise<Restored> {
  for (const client of clients) await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const [client] = clients;
    const inventory =
      expected.inventory &&
      (await takeInventory(clients, {
        level: expected.inventory.level,
        repeat: expected.inventory,
        ...(onTable && { onTable }),
        ...(signal && { signal }),
      }));
    const read = { inventory, catalog: await readCatalog(client) };
    return { ...(only?.(read) ?? read), sequences: await readSequences(client) };
  } finally {
    for (const client of clients) await client.query('ROLLBACK');
  }
}

/** Hashes and lines may find the same. */
function withoutRepeats(differences: readonly Difference[]): Difference[] {
  const key = ({ subject, text }: Difference) => `${subject}\n${text}`;
  return [...new Map(differences.map((difference) => [key(difference), difference])).values()];
}

function compared({ expected, archive }: CompareRestored, restored: Restored): Comparison['compared'] {
  // Without an inventory the restored database was read as the archive was.
  const tables = restored.inventory?.tables ?? [...(archive?.data?.restored.tables.values() ?? [])];
  const hashed = expected.inventory?.level === 'rows+content';
  return {
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    catalogEntries: restored.catalog.length,
    sequences: archive?.sequences.size ?? 0,
    content: hashed ? 'hash' : archive?.data ? 'copy' : 'none',
  };
}
