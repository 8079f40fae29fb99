/** Data differences in words: tolerance zero. Pure. */
import type { ContentHash, Difference, Inventory, TableInventory } from '../../contract/inventory';
import { readableName } from './identifiers';

export function compareInventories(expected: Inventory, actual: Inventory): Difference[] {
  return [
    ...pairs(expected.tables, actual.tables).flatMap(([was, is]) => tableDifferences(was, is)),
    ...largeObjectDifferences(expected.largeObjects, actual.largeObjects),
    ...pairs(expected.materializedViews, actual.materializedViews).flatMap(([was, is]) =>
      viewDifferences(was, is),
    ),
  ];
}

type Named = { readonly schema: string; readonly name: string };

function pairs<T extends Named>(
  expected: readonly T[],
  actual: readonly T[],
): [T | undefined, T | undefined][] {
  const [was, is] = [expected, actual].map(
    (each) => new Map(each.map((named) => [readableName(named), named])),
  );
  const names = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
  return [...names].map((name) => [was?.get(name), is?.get(name)]);
}

function tableDifferences(was: TableInventory | undefined, is: TableInventory | undefined): Difference[] {
  const named = was ?? is;
  if (named === undefined) return [];
  const data = (text: string): Difference => ({
    class: 'data',
    subject: `table ${readableName(named)}`,
    text,
  });
  if (is === undefined) return [data('is missing')];
  if (was === undefined) return [data('is there but was not in the backup')];
  if (was.rows !== is.rows) return [data(`has ${counted(is.rows)}, had ${was.rows} when it was backed up`)];
  return [
    ...hashDifferences(was.content, is.content).map(data),
    ...hashDifferences(was.generated, is.generated).map((text): Difference => ({
      ...data(`generated columns: ${text}`),
      class: 'recomputed',
    })),
  ];
}

function counted(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}

function hashDifferences(was: ContentHash | undefined, is: ContentHash | undefined): string[] {
  if (was === undefined) return [];
  if (is === undefined) return ['values were not compared: no hash was taken of the restored ones'];
  if (was.method !== is.method)
    return [`values were not compared: hashed by ${is.method}, by ${was.method} when backed up`];
  if (!equal(was.columns, is.columns))
    return [`values were not compared: columns are ${is.columns.join(', ')}; were ${was.columns.join(', ')}`];
  return equal(was.sums, is.sums) ? [] : ['holds other values than when it was backed up, in as many rows'];
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

type LargeObjects = Inventory['largeObjects'];

function largeObjectDifferences(was: LargeObjects, is: LargeObjects): Difference[] {
  const data = (text: string): Difference[] => [{ class: 'data', subject: 'large objects', text }];
  if (was.count !== is.count) return data(`are ${is.count}, were ${was.count} when backed up`);
  if (was.bytes !== is.bytes) return data(`hold ${is.bytes} bytes, held ${was.bytes} when backed up`);
  if (was.sums === undefined) return [];
  if (is.sums === undefined) return data('were not compared: no hash was taken of the restored ones');
  return equal(was.sums, is.sums) ? [] : data('hold other bytes than when they were backed up');
}

type View = Inventory['materializedViews'][number];

/** Whether it exists and is populated, the catalog tells. */
function viewDifferences(was: View | undefined, is: View | undefined): Difference[] {
  if (was === undefined || is === undefined || was.rows === null || is.rows === null) return [];
  if (was.rows === is.rows) return [];
  const text = `has ${counted(is.rows)} after its refresh, had ${was.rows} when it was backed up`;
  return [{ class: 'recomputed', subject: `materialized view ${readableName(was)}`, text }];
}
