/**
 * Why a restored database could not be asked, in words for logs, audit and evidence, which are kept for years: without the
 * values of rows that the server quotes. Pure.
 */
import { DatabaseError } from 'pg';
import { Failure } from '../contract/failure';
import { ProgramFailed } from '../runtime/child-process';
import { withoutValues } from './load-words';

/** Where one tells more than its class. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONDITIONS: Readonly<Record<string, string>> = {
  '21000': 'a subquery with more than one row',
  '22003': 'a number out of range',
  '22007': 'a date or time that is none',
  '22008': 'a date or time out of range',
  '22012': 'division by zero',
  '22P02': 'a text that is none of the wanted type',
  '25006': 'a write in a read-only transaction',
  '42501': 'permission denied',
  '42703': 'a column that is not there',
  '42883': 'a function that is not there',
  '42P01': 'a table that is not there',
  '53100': 'disk full',
  '53200': 'out of memory',
  '57014': 'statement timeout, or ended by somebody',
  P0001: 'raised by a function',
};
const CLASSES: Readonly<Record<string, string>> = {
  '08': 'the connection',
  '0A': 'something that is not supported',
  '22': 'a value that cannot be computed with',
  '23': 'a violated constraint',
  '25': 'the state of the transaction',
  '28': 'authorization',
  '40': 'a transaction rolled back',
  '42': 'a name or statement that is not right',
  '53': 'resources of the server',
  '54': 'a limit of the server',
  '55': 'an object that is not ready',
  '57': 'ended by somebody',
  '58': 'an error of the system',
  HV: 'a foreign server',
  P0: 'an error of a function',
  XX: 'an internal error, or damaged data',
};

/** The name of a defect alone: its message may hold anything. */
export function refusalInWords(error: unknown): string {
  if (error instanceof DatabaseError) return serverInWords(error);
  if (error instanceof ProgramFailed) return programInWords(error);
  if (error instanceof Failure || (error instanceof Error && isOfTheConnection(error))) return error.message;
  return `${error instanceof Error ? error.name : typeof error}, a defect`;
}

/** For example `SQLSTATE 22012, division by zero`. */
export function conditionInWords(sqlState: string): string {
  const words = CONDITIONS[sqlState] ?? CLASSES[sqlState.slice(0, 2)];
  return `SQLSTATE ${sqlState}${words === undefined ? '' : `, ${words}`}`;
}

/** One that points at a place of the query speaks of the query's own text: no row has been looked at yet. */
function serverInWords({ code = 'unknown', position, message }: DatabaseError): string {
  return position === undefined ? `the server refused it with ${conditionInWords(code)}` : message;
}

function programInWords({ message, stderrTail }: ProgramFailed): string {
  const [how = ''] = message.split('\n');
  return [how, ...withoutValues(stderrTail)].join('\n  ');
}

/** pg knows no class for a connection that ended under a query. */
function isOfTheConnection(error: Error): boolean {
  return 'syscall' in error || error.message.startsWith('Connection terminated');
}
