/** What a manifest says of its tables, made up: rows, and of the catalog what tells partitions and columns. */
import type { Catalog, Inventory } from '../../lib/contract/inventory';

export interface CountedTable {
  readonly rows: number;
  /** As the catalog writes it, for example `public."b c"`: it is a partition of it, or its heir. */
  readonly parent?: string;
  /** Of type int each. @default - the catalog knows none */
  readonly columns?: readonly string[];
  readonly isUnlogged?: true;
  readonly isExcluded?: true;
}

/** A number stands for rows alone; null for a partitioned table, which has no rows of its own. */
export type CountedTables = Readonly<
  Record<string, number | CountedTable | (Omit<CountedTable, 'rows'> & { rows: null })>
>;

/** @param tables by name as the catalog writes it, with its schema */
export function counted(tables: CountedTables): { inventory: Inventory; catalog: Catalog } {
  const all = Object.entries(tables).map(([identity, table]) => ({
    identity,
    ...(typeof table === 'number' ? { rows: table } : table),
  }));
  return {
    inventory: {
      level: 'rows',
      tables: all.flatMap(({ identity, rows, isExcluded }) => {
        if (rows === null) return [];
        const [schema = '', name = ''] = (identity.match(/"(?:[^"]|"")*"|[^.]+/g) ?? []).map((part) =>
          part.replace(/^"(.*)"$/, '$1').replaceAll('""', '"'),
        );
        return [{ schema, name, rows, bytes: 0, ...(isExcluded && { dataExcluded: true as const }) }];
      }),
      ...{ largeObjects: { count: 0, bytes: 0 }, materializedViews: [], sequenceOwners: [] },
    },
    catalog: all.flatMap(({ identity, parent, columns = [], isUnlogged }) => [
      {
        ...{ kind: 'table', identity },
        facts: {
          persistence: isUnlogged ? 'unlogged' : 'permanent',
          ...(parent !== undefined && { parents: parent }),
        },
      },
      ...columns.map((name) => ({
        ...{ kind: 'column', identity: `${identity}.${name}` },
        facts: { table: identity, name, type: 'integer' },
      })),
    ]),
  };
}
