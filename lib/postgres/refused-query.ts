/** What the server says no to in the middle of our work, as a Failure that an operator can act on. */
import { DatabaseError } from 'pg';
import { Failure } from '../contract/failure';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const HINTS: Readonly<Record<string, string>> = {
  '42501':
    'Give the backup role pg_read_all_data (or SELECT on tables and sequences), and BYPASSRLS where tables have row security.',
  '22021': 'A name in the database is not valid text: rename it (a SQL_ASCII database accepts any bytes).',
  '53200': 'The locks of all tables must fit: raise max_locks_per_transaction and restart the server.',
};

/** The error itself where the server did not refuse a query. @param what could not be done */
export function refusedQuery(what: string, error: unknown, otherwise: string): unknown {
  if (!(error instanceof DatabaseError)) return error;
  return new Failure('database-unreachable', `${what}: ${error.message}.`, {
    cause: error,
    hint: HINTS[error.code ?? ''] ?? otherwise,
  });
}
