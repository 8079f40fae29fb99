/** Which catalog entries are missing, extra or changed: the structured form of schema differences. Pure. */
import type { Catalog, CatalogEntry } from '../../contract/inventory';
import { CATALOG_SPECS } from '../catalog/all-specs';
import { SCOPE_KIND, type CatalogSpec } from '../catalog/spec';

export interface Change {
  readonly spec: CatalogSpec;
  /** As backed up; undefined: extra. */
  readonly expected: CatalogEntry | undefined;
  /** As restored; undefined: missing. */
  readonly actual: CatalogEntry | undefined;
  /** Names of the facts that differ, where both are there. */
  readonly facts: readonly string[];
}

export interface CatalogOptions {
  /** Whether the restore was asked to bring owners and privileges back. */
  readonly owners: boolean;
}

/** Only classes and facts that both catalogs' makers knew are compared. */
export function catalogChanges(expected: Catalog, actual: Catalog, { owners }: CatalogOptions): Change[] {
  const scopes = [scopeOf(expected), scopeOf(actual)];
  const specs = CATALOG_SPECS.filter(
    (spec) => (owners || spec.ownership !== true) && scopes.every((scope) => scope.has(spec.kind)),
  );
  const changes = specs.flatMap((spec) => {
    const known = (fact: string) =>
      typeof spec.facts === 'string' || scopes.every((scope) => scope.get(spec.kind)?.has(fact));
    return changesOf(spec, entriesOf(spec, expected), entriesOf(spec, actual), known);
  });
  return withoutConsequences(changes);
}

/** Classes and facts that the backup holds and the restored side's catalog does not know. */
export function unread(expected: Catalog, actual: Catalog): string[] {
  const now = scopeOf(actual);
  return [...scopeOf(expected)].flatMap(([kind, facts]) => {
    const known = now.get(kind);
    if (known === undefined) return [kind];
    return [...facts].filter((fact) => !known.has(fact)).map((fact) => `${kind}: ${fact}`);
  });
}

type Scope = ReadonlyMap<string, ReadonlySet<string>>;

function scopeOf(catalog: Catalog): Scope {
  const entries = catalog.filter((entry) => entry.kind === SCOPE_KIND);
  return new Map(entries.map((entry) => [entry.identity, new Set(Object.keys(entry.facts))]));
}

function entriesOf(spec: CatalogSpec, catalog: Catalog): Map<string, CatalogEntry> {
  const entries = catalog.filter((entry) => entry.kind === spec.kind).map(withoutServerNotes);
  return new Map(entries.map((entry) => [entry.identity, entry]));
}

/** Manifests of earlier versions hold them among a column's options; a restored column has others. */
function withoutServerNotes(entry: CatalogEntry): CatalogEntry {
  const { options, ...others } = entry.facts;
  if (entry.kind !== 'column' || typeof options !== 'string') return entry;
  const kept = options.split(', ').filter((option) => !option.startsWith('pg_'));
  return { ...entry, facts: kept.length === 0 ? others : { ...others, options: kept.join(', ') } };
}

function changesOf(
  spec: CatalogSpec,
  expected: ReadonlyMap<string, CatalogEntry>,
  actual: ReadonlyMap<string, CatalogEntry>,
  known: (fact: string) => boolean,
): Change[] {
  const absent = (identity: string): CatalogEntry | undefined =>
    typeof spec.facts === 'string' ? { kind: spec.kind, identity, facts: {} } : undefined;
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((identity): Change[] => {
    const was = expected.get(identity) ?? absent(identity);
    const is = actual.get(identity) ?? absent(identity);
    if (was === undefined || is === undefined) return [{ spec, expected: was, actual: is, facts: [] }];
    const facts = [...new Set([...Object.keys(was.facts), ...Object.keys(is.facts)])];
    const differing = facts.filter((fact) => known(fact) && was.facts[fact] !== is.facts[fact]);
    return differing.length === 0 ? [] : [{ spec, expected: was, actual: is, facts: differing }];
  });
}

const RELATIONS = ['table', 'foreign table', 'view', 'materialized view'];

/** A missing table is one difference, not one per column, index and trigger; a missing column moves no others. */
function withoutConsequences(changes: readonly Change[]): Change[] {
  const whole = changes.filter((change) => change.facts.length === 0);
  const entryOf = (change: Change) => change.expected ?? change.actual;
  const relations = new Set(
    whole.filter(({ spec }) => RELATIONS.includes(spec.kind)).map((change) => entryOf(change)?.identity),
  );
  const reordered = new Set(
    whole.filter(({ spec }) => spec.kind === 'column').map((change) => entryOf(change)?.facts['table']),
  );
  return changes.flatMap((change) => {
    const table = entryOf(change)?.facts['table'];
    if (typeof table === 'string' && relations.has(table)) return [];
    if (change.facts.length === 0 || !reordered.has(table)) return [change];
    const facts = change.facts.filter((fact) => fact !== 'position');
    return facts.length === 0 ? [] : [{ ...change, facts }];
  });
}
