/** What a manifest says of chosen tables alone, and what a restored database says of them: what a compare looks at. Pure. */
import type { Catalog, CatalogEntry, Inventory } from '../../contract/inventory';
import type { Manifest } from '../../contract/manifest';
import { SCOPE_KIND } from '../catalog/spec';
import { identifiersIn, qualifiedFrom } from '../compare/identifiers';
import { qualifiedName } from '../tables';
import { onOneLine } from './archive-items';
import type { TableName } from './choose-tables';
import type { LeftOutItem } from './table-entries';

/** Kinds of entries that say something about another object, which their identity begins with by its type. */
const ABOUT = ['comment on', 'security label on', 'owner of', 'privileges on'];
/** What PostgreSQL calls the objects of these kinds where it says something about them. */
const CALLED: Readonly<Record<string, string>> = {
  table: 'table',
  column: 'table column',
  constraint: 'table constraint',
  index: 'index',
  trigger: 'trigger',
  policy: 'policy',
  rule: 'rule',
  sequence: 'sequence',
  'statistics object': 'statistics object',
};

export interface PartOfPoint {
  readonly withRows: readonly TableName[];
  /** Their rows stay where they are: expected to be empty. */
  readonly structures: readonly TableName[];
  readonly leftOut: readonly LeftOutItem[];
}

/** The manifest as if the point held the chosen tables alone. Sequences are held against the columns of these. */
export function partOfManifest(manifest: Manifest, part: PartOfPoint): Manifest {
  return {
    ...manifest,
    catalog: partOfCatalog(manifest.catalog, part),
    inventory: manifest.inventory && expectedInventory(manifest.inventory, part),
  };
}

/** What belongs to the chosen tables. Of either side: a foreign key that was left out is in neither. */
export function partOfCatalog(catalog: Catalog, { withRows, leftOut }: PartOfPoint): Catalog {
  const tables = new Set(withRows.map(qualifiedName));
  const missing = leftOut.flatMap(({ foreignKey }) => foreignKey ?? []);
  const objects = catalog.filter(
    (entry) =>
      entry.kind !== 'published table' && belongs(entry, tables) && !missing.some((key) => isKey(entry, key)),
  );
  const names = new Set(
    objects.flatMap(({ kind, identity }) => (CALLED[kind] ? [`${CALLED[kind]} ${identity}`] : [])),
  );
  const about = catalog.filter(
    ({ kind, identity }) =>
      ABOUT.includes(kind) &&
      names.has(kind === 'security label on' ? identity.replace(/ by \S+$/, '') : identity),
  );
  return [...catalog.filter(({ kind }) => kind === SCOPE_KIND), ...objects, ...about];
}

function belongs({ kind, identity, facts }: CatalogEntry, tables: ReadonlySet<string>): boolean {
  const of = kind === 'table' ? identity : kind === 'sequence' ? facts['owned by'] : facts['table'];
  if (typeof of !== 'string') return false;
  const [schema, name] = identifiersIn(of);
  return schema !== undefined && name !== undefined && tables.has(qualifiedName({ schema, name }));
}

function isKey({ kind, facts }: CatalogEntry, key: Required<LeftOutItem>['foreignKey']): boolean {
  if (kind !== 'constraint' || !String(facts['definition']).startsWith('FOREIGN KEY')) return false;
  const [name = ''] = identifiersIn(String(facts['name']));
  return (
    onOneLine(name) === key.name &&
    qualifiedName(qualifiedFrom(String(facts['table']))) === qualifiedName(key.table)
  );
}

function expectedInventory(inventory: Inventory, { withRows, structures }: PartOfPoint): Inventory {
  const chosen = new Set(withRows.map(qualifiedName));
  const empty = new Set(structures.map(qualifiedName));
  return {
    level: inventory.level,
    tables: inventory.tables.flatMap((table) => {
      const { schema, name, bytes } = table;
      if (chosen.has(qualifiedName(table))) return [table];
      return empty.has(qualifiedName(table)) ? [{ schema, name, bytes, rows: 0 }] : [];
    }),
    largeObjects: { count: 0, bytes: 0 },
    materializedViews: [],
    sequenceOwners: inventory.sequenceOwners.filter(({ table }) => chosen.has(table)),
  };
}

/** Of a restored database: without tables that an extension brought along. */
export function partOfInventory(restored: Inventory, expected: Inventory): Inventory {
  const wanted = new Set(expected.tables.map(qualifiedName));
  return {
    ...restored,
    tables: restored.tables.filter((table) => wanted.has(qualifiedName(table))),
    largeObjects: expected.largeObjects,
    materializedViews: [],
  };
}
