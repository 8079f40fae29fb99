/** Which tables lost most of their rows from one recovery point to a newer one. Pure. */
import type { VanishingRules } from '../../contract/monitor-config';
import { parseTablePattern } from '../../postgres/table-patterns';
import { keyOf, textOf, type HeldTable, type HeldTables } from './held-tables';

export interface VanishedTable {
  /** For example `public.invoice`; of partitions the table that they are part of. */
  readonly table: string;
  readonly had: number;
  readonly has: number;
}

export interface HeldPoint {
  readonly id: string;
  readonly tables: HeldTables;
}

/** Each table once, since the newest point that still had its rows. @param references newest first */
export function vanishedSince(
  newest: HeldTables,
  references: readonly HeldPoint[],
  rules: VanishingRules,
): (VanishedTable & { readonly since: string })[] {
  const told = new Set<string>();
  return references.flatMap(({ id, tables }) => {
    const lost = vanishedRows(newest, tables, rules).filter(({ table }) => !told.has(table));
    for (const { table } of lost) told.add(table);
    return lost.map((table) => ({ ...table, since: id }));
  });
}

/** One table with all its partitions, those that either point knows. */
interface Whole {
  readonly key: string;
  had: number;
  has: number;
  /** Of any of its parts, as the older point knew them. */
  columns: string;
  /** The older point has nothing of it. */
  isNew: boolean;
}

/** The greatest loss first. */
export function vanishedRows(
  newest: HeldTables,
  reference: HeldTables,
  rules: VanishingRules,
): VanishedTable[] {
  const wholes = wholesOf(newest, reference, mayVanish(rules.tables));
  const renamed = wholes.filter(({ isNew, columns }) => isNew && columns !== '');
  const lost = wholes
    .filter((whole) => isVanished(whole, rules))
    .sort((a, b) => b.had - b.has - (a.had - a.has));
  return lost
    .filter((whole) => !isElsewhere(whole, renamed, rules))
    .map(({ key, had, has }) => ({ table: textOf(key), had, has }));
}

function isVanished(
  { had, has }: Pick<Whole, 'had' | 'has'>,
  { share, minimumRows }: VanishingRules,
): boolean {
  return had >= minimumRows && (had - has) / had >= share;
}

/** In a new table with the same columns: renamed, moved to another schema, or exchanged. It stands for one lost table only. */
function isElsewhere(whole: Whole, renamed: Whole[], rules: VanishingRules): boolean {
  const found = renamed.findIndex(
    ({ columns, has }) =>
      columns === whole.columns && !isVanished({ had: whole.had, has: whole.has + has }, rules),
  );
  if (found >= 0) renamed.splice(found, 1);
  return found >= 0;
}

/** A table that is gone has nothing left; what was attached or detached in between counts on both sides of one whole. */
function wholesOf(
  newest: HeldTables,
  reference: HeldTables,
  mayVanishOf: (table: HeldTable) => boolean,
): Whole[] {
  const wholes = new Map<string, Whole>();
  for (const key of new Set([...newest.keys(), ...reference.keys()])) {
    const [now, before] = [newest.get(key), reference.get(key)];
    const known = now ?? before;
    if (known === undefined || known.fleeting || mayVanishOf(known)) continue;
    const whole = wholes.get(known.whole) ?? newWhole(known);
    wholes.set(known.whole, whole);
    whole.had += before?.rows ?? 0;
    whole.has += now?.rows ?? 0;
    if (before === undefined) continue;
    whole.isNew = false;
    whole.columns = before.columns;
  }
  return [...wholes.values()];
}

function newWhole({ whole: key, columns }: HeldTable): Whole {
  return { key, had: 0, has: 0, columns, isNew: true };
}

/** By its own name, or by that of the table that it is part of. */
function mayVanish(patterns: readonly string[]): (table: HeldTable) => boolean {
  const expressions = patterns.map(parseTablePattern).map(({ schema = '', name }) => ({
    schema: new RegExp(schema, 's'),
    name: new RegExp(name, 's'),
  }));
  const isNamed = (key: string) => {
    const [lies = '', is = ''] = JSON.parse(key) as string[];
    return expressions.some(({ schema, name }) => schema.test(lies) && name.test(is));
  };
  return (table) => isNamed(table.whole) || isNamed(keyOf(table));
}
