/**
 * Statements with which an expression's source text is loaded anew. They work on an empty stand-in that takes the
 * name of the real relation, so that nothing is scanned, inherited definitions can be loaded too, and the entry is
 * read again under its own identity.
 */
import { escapeIdentifier } from 'pg';
import type { CatalogEntry } from '../../contract/inventory';
import { textOf } from './spec';

const ASIDE = 'backstop_replay';

/** Runs a statement against an empty table in the place of the entry's `table`. */
export function onStandIn(statement: (entry: CatalogEntry) => readonly string[]) {
  return (entry: CatalogEntry): readonly string[] => {
    const table = textOf(entry, 'table');
    return [
      `ALTER TABLE ${table} RENAME TO ${ASIDE}`,
      `CREATE TABLE ${table} (LIKE ${schemaOf(table)}${ASIDE})`,
      ...statement(entry),
    ];
  };
}

/** Moves an object out of the way of its replayed twin. @param kind as in ALTER … RENAME */
export function aside(kind: string, identity: string): string {
  return `ALTER ${kind} ${identity} RENAME TO ${escapeIdentifier(`${ASIDE}_aside`)}`;
}

/** The schema of a qualified and quoted name, with its dot. */
function schemaOf(qualified: string): string {
  return /^(?:"(?:[^"]|"")*"|[^".]+)\./.exec(qualified)?.[0] ?? '';
}
