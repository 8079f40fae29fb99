/**
 * The roles of a recovery point's `globals.sql`, as pg_dumpall writes it: which statements make a role, and which of them
 * a server without it should run. Pure. https://www.postgresql.org/docs/current/app-pg-dumpall.html
 */
import { IDENTIFIER, identifiersIn } from './compare/identifiers';

export interface RoleStatement {
  /** Without its semicolon. */
  readonly sql: string;
  /** Unquoted. Of a GRANT both: the role that is given, then the one that gets it. */
  readonly roles: readonly [string, ...string[]];
}

/** Tablespaces, privileges on parameters and session settings are passed over: a restore needs none of them. */
export function roleStatements(script: string): RoleStatement[] {
  return statementsIn(script).flatMap((sql) => {
    const [first, ...more] = rolesOf(sql);
    // Who granted it may be nobody here.
    const granted = sql.replace(new RegExp(` GRANTED BY ${IDENTIFIER}$`), '');
    return first === undefined ? [] : [{ sql: granted, roles: [first, ...more] as const }];
  });
}

/** What makes the missing roles, and memberships in and of them. */
export function statementsFor(
  statements: readonly RoleStatement[],
  missing: readonly string[],
): RoleStatement[] {
  return statements.filter(({ roles }) => roles.some((role) => missing.includes(role)));
}

const SUPERUSER_WORDS = /\b(NO)?(?:SUPERUSER|REPLICATION|BYPASSRLS)\b ?/g;

/**
 * What a user who is no superuser may run of it: one may not even deny these attributes.
 * @returns also whether the role loses one by it
 */
export function withoutSuperuserWords(sql: string): { readonly sql: string; readonly loses: boolean } {
  const [, start = '', attributes = ''] = /^(ALTER ROLE .*? WITH )([A-Z ]+.*)$/s.exec(sql) ?? [];
  if (attributes === '') return { sql, loses: false };
  const loses = [...attributes.matchAll(SUPERUSER_WORDS)].some(([, denied]) => denied === undefined);
  return { sql: start + attributes.replaceAll(SUPERUSER_WORDS, '').trimEnd(), loses };
}

const OF_ROLES = new RegExp(
  `^(?:CREATE|ALTER|COMMENT ON) ROLE (?<role>${IDENTIFIER})|^GRANT (?<given>${IDENTIFIER}) TO (?<member>${IDENTIFIER})`,
);

function rolesOf(sql: string): string[] {
  const { role, given, member } = OF_ROLES.exec(sql)?.groups ?? {};
  return [role, given, member].flatMap((name) => (name === undefined ? [] : identifiersIn(name)));
}

/** Strings, quoted names, comments and lines for psql; a semicolon ends a statement only outside of them. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\\[^\n]*|;|[^;'"\\-]+|[-\\'"]/g;

function statementsIn(script: string): string[] {
  const statements = [''];
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ';') statements.push('');
    else if (!/^(?:--|\\)/.test(token)) statements.push((statements.pop() ?? '') + token);
  }
  return statements.map((text) => text.trim()).filter((text) => text !== '');
}
