/**
 * How one class of schema objects is read from the system catalogs and compared: data, not code. A new class of
 * objects is one more spec.
 */
import { SECRET_NAME_PATTERN } from '../../contract/secret-names';
import type { CatalogEntry, DifferenceClass } from '../../contract/inventory';

/** An SQL expression, or one with what else is to be known about the fact. Null means: not set. */
export type Fact =
  | string
  | {
      readonly sql: string;
      /** First major whose catalogs have it. @default - all */
      readonly since?: number;
      /** @default 'schema' */
      readonly class?: DifferenceClass;
      /** Source text written back by the server: may read differently after a restore and mean the same. */
      readonly expression?: true;
    };

/** Loads an entry's expressions on a server where the object exists, inside a savepoint that is undone. */
export interface Replay {
  /** Quick whatever the table's size: no scan, no index build. */
  readonly statements: (expected: CatalogEntry) => readonly string[];
  /** A condition that narrows the spec's query to few entries, the loaded one among them. */
  readonly where: (expected: CatalogEntry) => string;
}

export interface CatalogSpec {
  /** As an operator calls it: `index`, `table`. */
  readonly kind: string;
  /** SQL of a text that is unique within the kind. */
  readonly identity: string;
  /**
   * By name; the names appear in messages. A text is SQL of a JSON object whose names the database decides: a missing
   * entry then compares like one without facts.
   */
  readonly facts: Readonly<Record<string, Fact>> | string;
  /** `FROM` and `WHERE` of the query. */
  readonly from: string;
  /** First major that has this class. @default - all */
  readonly since?: number;
  /** Owners and privileges: compared only where a restore was asked to bring them back. @default - no */
  readonly ownership?: true;
  /** It is part of another object, or says something about one: nothing that a database could hold alone. @default - no */
  readonly aspect?: true;
  /** Whether a dump leaves this entry out by design: missing, it is `environment`. @default - never */
  readonly leftOut?: (entry: CatalogEntry) => boolean;
  /** Whether every new database has this entry: extra, it is `environment`. @default - never */
  readonly given?: (entry: CatalogEntry) => boolean;
  /** How an entry's expressions are loaded anew. @default - expressions are compared as text */
  readonly replay?: Replay;
}

/** Kind of the entries that say which classes and facts a catalog holds. */
export const SCOPE_KIND = 'scope';

/** What PostgreSQL calls the object: schema-qualified and quoted. */
export function identityOf(catalog: string, oid: string, column = '0'): string {
  return `(pg_identify_object('${catalog}'::regclass, ${oid}, ${column})).identity`;
}

/** Holds for schemas (as `n`) that a dump includes. */
export const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** Holds for objects that no extension brings along. */
export function notMember(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid}
    AND e.deptype = 'e')`;
}

/** Objects that initdb made have lower numbers. */
export const FIRST_USER_OID = 16384;

/** A relation `c` in schema `n` that a dump includes. */
export const USER_RELATION = `${USER_SCHEMA} AND c.relpersistence <> 't' AND ${notMember('pg_class', 'c.oid')}`;

/** FROM clause of objects that lie in a schema and belong to no extension. */
export function inSchemas(catalog: string, alias: string, namespaceColumn: string, where = 'true'): string {
  return `FROM ${catalog} ${alias} JOIN pg_namespace n ON n.oid = ${alias}.${namespaceColumn}
    WHERE ${USER_SCHEMA} AND ${notMember(catalog, `${alias}.oid`)} AND ${where}`;
}

/** FROM clause of objects outside schemas that belong to no extension. */
export function outsideSchemas(catalog: string, alias: string, joins = '', where = 'true'): string {
  return `FROM ${catalog} ${alias} ${joins}
    WHERE ${alias}.oid >= ${FIRST_USER_OID} AND ${notMember(catalog, `${alias}.oid`)} AND ${where}`;
}

/** Words for the letters of a catalog column. */
export function words(column: string, meanings: Readonly<Record<string, string>>): string {
  const cases = Object.entries(meanings).map(([letter, meaning]) => `WHEN '${letter}' THEN '${meaning}'`);
  return `CASE ${column} ${cases.join(' ')} ELSE ${column}::text END`;
}

/** An array in the order of its texts. */
export function sorted(array: string): string {
  return `(SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(${array}) o)`;
}

/** Options of foreign objects; a value that may be a secret is not recorded. */
export function foreignOptions(array: string): string {
  return `(SELECT string_agg(option_name || '=' || CASE WHEN option_name ~* '${SECRET_NAME_PATTERN}'
    THEN '(hidden)' ELSE option_value END, ', ' ORDER BY option_name COLLATE "C") FROM pg_options_to_table(${array}))`;
}

/** A fact as text, or an empty string. */
export function textOf(entry: CatalogEntry, fact: string): string {
  return String(entry.facts[fact] ?? '');
}
