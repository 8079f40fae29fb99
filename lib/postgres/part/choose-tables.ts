/** Which tables of a recovery point patterns mean, and which belong with them. Pure: it asks the manifest alone. */
import { Failure } from '../../contract/failure';
import type { CatalogEntry } from '../../contract/inventory';
import type { Manifest } from '../../contract/manifest';
import { identifiersIn, qualifiedFrom, readable, readableName } from '../compare/identifiers';
import { parseTablePattern } from '../table-patterns';

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export interface TableChoice {
  /** What the patterns mean, but for partitions of one another. */
  readonly named: readonly TableName[];
  /** These and all partitions below them: they come with their rows. */
  readonly withRows: readonly TableName[];
  /** What chosen partitions are partitions of: all but their rows. */
  readonly parents: readonly TableName[];
  /** What an operator may miss. */
  readonly notes: readonly string[];
}

type Source = Pick<Manifest, 'catalog' | 'databaseSettings'>;

/** @throws Failure `usage` that names the nearest, for a pattern that means nothing */
export function chooseTables(source: Source, patterns: readonly string[]): TableChoice {
  const tables = tablesOf(source.catalog);
  const named = new Set(patterns.flatMap((pattern) => meant(pattern, tables, source)));
  const partitions = tables.filter(isPartition);
  const withRows = closure(named, (table) =>
    partitions.filter((partition) => parentsOf(partition).includes(table.identity)),
  );
  const parents = closure(withRows, (table) =>
    isPartition(table) ? tables.filter(({ identity }) => parentsOf(table).includes(identity)) : [],
  );
  const names = (chosen: Iterable<CatalogEntry>) => [...chosen].map(nameOf);
  return {
    named: names([...named].filter((table) => !isPartition(table) || !hasParentIn(withRows, table))),
    withRows: names(withRows),
    parents: names([...parents].filter((table) => !withRows.has(table))),
    notes: notesOn(source.catalog, withRows),
  };
}

/** Tables of the catalog; not those that an extension brings along. */
export function tablesOf(catalog: readonly CatalogEntry[]): CatalogEntry[] {
  return catalog.filter(({ kind }) => kind === 'table');
}

export function nameOf({ identity }: CatalogEntry): TableName {
  return qualifiedFrom(identity);
}

function isPartition({ facts }: CatalogEntry): boolean {
  return facts['partition bound'] !== undefined;
}

/** Identities, as the catalog writes them. */
function parentsOf({ facts }: CatalogEntry): string[] {
  return (
    String(facts['parents'] ?? '')
      .match(/(?:"(?:[^"]|"")*"|[^",])+/g)
      ?.map((each) => each.trim()) ?? []
  );
}

function hasParentIn(tables: ReadonlySet<CatalogEntry>, table: CatalogEntry): boolean {
  return [...tables].some(({ identity }) => parentsOf(table).includes(identity));
}

function closure(
  start: ReadonlySet<CatalogEntry>,
  next: (table: CatalogEntry) => readonly CatalogEntry[],
): Set<CatalogEntry> {
  const all = new Set(start);
  // A set that grows while it is walked is walked to its new end.
  for (const table of all) for (const more of next(table)) all.add(more);
  return all;
}

/** A pattern without a schema means what the database's own search_path shows, as for a backup. */
function meant(pattern: string, tables: readonly CatalogEntry[], source: Source): CatalogEntry[] {
  const { schema, name } = parseTablePattern(pattern);
  const shown = schema === undefined ? schemasShown(source) : undefined;
  const inSchema = regex(schema ?? '', pattern);
  const called = regex(name, pattern);
  const found = tables.filter((table) => {
    const { schema: lies, name: is } = nameOf(table);
    return called.test(is) && (shown?.has(lies) ?? inSchema.test(lies));
  });
  if (found.length > 0) return found;
  const near = nearest(pattern, tables.map(nameOf).map(readableName));
  throw new Failure(
    'usage',
    `The recovery point has no table ${pattern}. Nearest: ${near.join(', ') || 'none'}.`,
    {
      hint: 'Write table, schema.table or "Quoted"."Name"; * and ? stand for any characters.',
    },
  );
}

function schemasShown({ databaseSettings }: Source): Set<string> {
  const own = databaseSettings.settings.find(
    ({ role, setting }) => role === null && setting.startsWith('search_path='),
  );
  const path = own === undefined ? 'public' : own.setting.slice('search_path='.length);
  return new Set(identifiersIn(path));
}

function regex(source: string, pattern: string): RegExp {
  try {
    return new RegExp(source, 's');
  } catch {
    throw new Failure('usage', `The table pattern ${pattern} cannot be read.`);
  }
}

const SHOWN = 3;

/** First those that hold the pattern's letters, then by the edits that make one into the other. */
function nearest(pattern: string, names: readonly string[]): string[] {
  const wanted = pattern.replace(/["*?]/g, '').toLowerCase();
  const bare = wanted.slice(wanted.lastIndexOf('.') + 1);
  const distance = (name: string) => {
    const last = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
    return (last.includes(bare) ? 0 : 1000) + edits(bare, last);
  };
  return [...names].sort((a, b) => distance(a) - distance(b) || (a < b ? -1 : 1)).slice(0, SHOWN);
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const above = row;
    row = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const changed = (above[j - 1] ?? 0) + (a[i] === b[j - 1] ? 0 : 1);
      row.push(Math.min(changed, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}

function notesOn(catalog: readonly CatalogEntry[], withRows: ReadonlySet<CatalogEntry>): string[] {
  const heirs = tablesOf(catalog).filter(
    (table) => !withRows.has(table) && !isPartition(table) && hasParentIn(withRows, table),
  );
  const foreign = catalog.filter(({ kind }) => kind === 'foreign table');
  return [
    ...heirs.map(
      ({ identity }) => `table ${readable(identity)}: it inherits from a chosen table; name it to restore it`,
    ),
    ...foreign
      .filter((table) => hasParentIn(withRows, table))
      .map(({ identity }) => `foreign table ${readable(identity)}: its rows are on another server`),
  ];
}
