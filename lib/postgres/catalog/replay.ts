/**
 * Statements with which an expression's source text is loaded anew. They work on an empty stand-in that takes the
 * name of the real relation, so that nothing is scanned, inherited definitions can be loaded too, and the entry is
 * read again under its own identity.
 */
import { escapeIdentifier, escapeLiteral } from 'pg';
import { textOf, type Replay } from './spec';

const ASIDE = 'backstop_replay';

/** Runs statements against an empty table in the place of the entry's `table`, which the spec's query calls `c`. */
export function onStandIn(statements: Replay['statements']): Replay {
  return {
    statements: (entry) => {
      const table = textOf(entry, 'table');
      return [...standIn(table), ...statements(entry)];
    },
    where: (entry) => isNamed('c.oid', 'regclass', textOf(entry, 'table')),
  };
}

/** @param clause of CREATE TABLE @default - none */
export function standIn(table: string, clause = ''): string[] {
  return [
    `ALTER TABLE ${table} RENAME TO ${ASIDE}`,
    `CREATE TABLE ${table} (LIKE ${schemaOf(table)}${ASIDE}) ${clause}`,
  ];
}

/** Holds for the object with this name. @param type regclass, regtype or regprocedure */
export function isNamed(oid: string, type: 'regclass' | 'regtype' | 'regprocedure', name: string): string {
  return `${oid} = ${escapeLiteral(name)}::${type}`;
}

/** Moves an object out of the way of its replayed twin. @param kind as in ALTER … RENAME */
export function aside(kind: string, identity: string): string {
  return `ALTER ${kind} ${identity} RENAME TO ${escapeIdentifier(`${ASIDE}_aside`)}`;
}

/** The schema of a qualified and quoted name, with its dot. */
function schemaOf(qualified: string): string {
  return /^(?:"(?:[^"]|"")*"|[^".]+)\./.exec(qualified)?.[0] ?? '';
}
