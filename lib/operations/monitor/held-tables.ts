/** Which rows a recovery point held in which tables, so that partitions count as the one table that they are. Pure. */
import type { CatalogEntry, TableInventory } from '../../contract/inventory';
import type { Manifest } from '../../contract/manifest';

export interface HeldTable {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  /** Key of the table that this one is part of: a partition's is the topmost one; else its own. */
  readonly whole: string;
  /** Names and types, in any order; empty where the catalog does not tell them. */
  readonly columns: string;
  /** Its rows may go without a word: the dump leaves them out, or a crash of the server empties it. */
  readonly fleeting: boolean;
}

/** By key, see keyOf. Much smaller than the manifest it was made of. */
export type HeldTables = ReadonlyMap<string, HeldTable>;

export function keyOf({ schema, name }: Pick<HeldTable, 'schema' | 'name'>): string {
  return JSON.stringify([schema, name]);
}

/** For messages. */
export function textOf(key: string): string {
  return (JSON.parse(key) as string[])
    .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.');
}

/** @returns undefined for a point whose rows nobody counted */
export function heldTables({
  inventory,
  catalog,
}: Pick<Manifest, 'inventory' | 'catalog'>): HeldTables | undefined {
  if (inventory === null) return undefined;
  const entries = new Map(
    catalog.filter(({ kind }) => kind === 'table').map((entry) => [keysIn(entry.identity)[0] ?? '', entry]),
  );
  const columns = columnsByTable(catalog);
  const held = inventory.tables.map((table): [string, HeldTable] => {
    const key = keyOf(table);
    return [key, heldTable(table, wholeOf(key, entries, columns), entries.get(key), columns.get(key))];
  });
  return new Map(held);
}

function heldTable(
  { schema, name, rows, dataExcluded }: TableInventory,
  whole: string,
  entry: CatalogEntry | undefined,
  columns = '',
): HeldTable {
  const fleeting = dataExcluded === true || entry?.facts['persistence'] === 'unlogged';
  return { schema, name, rows, whole, columns, fleeting };
}

/**
 * A partition has the columns of its parent and is part of it; so is an heir without a column of its own, as tools make
 * partitions that PostgreSQL does not know as such. One with more columns is another table.
 */
function wholeOf(
  key: string,
  entries: ReadonlyMap<string, CatalogEntry>,
  columns: ReadonlyMap<string, string>,
): string {
  let whole = key;
  const seen = new Set([key]);
  for (;;) {
    const { parents } = entries.get(whole)?.facts ?? {};
    const [parent] = typeof parents === 'string' ? keysIn(parents) : [];
    if (parent === undefined || seen.has(parent) || columns.get(parent) !== columns.get(whole)) return whole;
    seen.add(parent);
    whole = parent;
  }
}

function columnsByTable(catalog: Manifest['catalog']): Map<string, string> {
  const names = new Map<string, string[]>();
  for (const { kind, facts } of catalog) {
    if (kind !== 'column' || typeof facts['table'] !== 'string') continue;
    const [table = ''] = keysIn(facts['table']);
    const column = `${String(facts['name'])} ${String(facts['type'])}`;
    const known = names.get(table);
    if (known === undefined) names.set(table, [column]);
    else known.push(column);
  }
  return new Map([...names].map(([table, each]) => [table, each.sort().join('\n')]));
}

/** Of names as the catalog writes them, with a schema: `public.invoice, public."b c"`. */
function keysIn(text: string): string[] {
  const names = [...text.matchAll(/"((?:[^"]|"")*)"|([^\s".,]+)/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
  return Array.from({ length: names.length >> 1 }, (_, index) =>
    JSON.stringify(names.slice(2 * index, 2 * index + 2)),
  );
}
