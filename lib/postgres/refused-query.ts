/** What the server says no to in the middle of our work, as a Failure that an operator can act on. */
import { DatabaseError } from 'pg';
import { Failure, messageOf } from '../contract/failure';

/**
 * The planner looks into functions of indexes and checks. One that finds its tables or functions by search_path alone
 * fails here, and would fail in pg_restore, which empties search_path as well.
 */
export const BY_SEARCH_PATH =
  'An index or check calls a function that finds what it needs by search_path: pg_restore could not make it again. At the source ALTER FUNCTION … SET search_path = …, the schemas it needs, mends it.';

const DROPPED = 'Something was dropped while the backup read it: run again when the migration has ended.';

/** What the server knew by its number alone; an internal error to it. */
const LOST_OID = /^(could not open relation with OID|cache lookup failed for) /;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const HINTS: Readonly<Record<string, string>> = {
  '42501':
    'Give the backup role pg_read_all_data (or SELECT on tables and sequences), and BYPASSRLS where tables have row security.',
  '22021': 'A name in the database is not valid text: rename it (a SQL_ASCII database accepts any bytes).',
  '42883': DROPPED,
  '42P01': DROPPED,
  '42704': DROPPED,
  '57P01': 'Look at the server: did it restart, or did somebody end the session? Then run again.',
  '53200': 'The locks of all tables must fit: raise max_locks_per_transaction and restart the server.',
};

/** The error itself where neither the server refused a query nor the connection ended. @param what could not be done */
export function refusedQuery(what: string, error: unknown, otherwise: string): unknown {
  if (error instanceof Failure || !isOfTheServer(error)) return error;
  return new Failure('database-unreachable', `${what}: ${messageOf(error)}.`, {
    cause: error,
    hint: hintFor(error) ?? otherwise,
  });
}

function hintFor(error: unknown): string | undefined {
  if (LOST_OID.test(messageOf(error))) return DROPPED;
  const hint = HINTS[codeOf(error)];
  return hint === DROPPED && reliesOnSearchPath(error) ? BY_SEARCH_PATH : hint;
}

/** Something was not found, and the context names the function that looked for it. */
export function reliesOnSearchPath(error: unknown): boolean {
  return HINTS[codeOf(error)] === DROPPED && / function /.test((error as DatabaseError).where ?? '');
}

/** pg knows no class for a connection that ended under a query. */
function isOfTheServer(error: unknown): boolean {
  return error instanceof DatabaseError || /^(Error: )?Connection terminated/.test(messageOf(error));
}

function codeOf(error: unknown): string {
  return (error instanceof DatabaseError ? error.code : undefined) ?? '';
}
