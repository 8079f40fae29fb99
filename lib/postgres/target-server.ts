/** The server that a dump is restored into. */
import { Readable } from 'node:stream';
import type { Client } from 'pg';
import { ProgramFailed, runProgram } from '../runtime/child-process';
import { Failure } from '../contract/failure';
import { connect, libpqEnvironment, type ConnectionTarget } from './connection';
import { conditionInWords } from './refusal-words';
import { systemIdentifier } from './server';
import type { Toolchain } from './toolchain';

export interface TargetServer {
  /** For example `17.10`. */
  readonly version: string;
  readonly major: number;
  readonly superuser: boolean;
  /** Tells one cluster from another; null where the provider hides it. */
  readonly systemIdentifier: string | null;
}

export async function readTargetServer(client: Client): Promise<TargetServer> {
  const { rows } = await client.query<{ number: number; superuser: boolean }>(
    `SELECT current_setting('server_version_num')::int AS number, rolsuper AS superuser
       FROM pg_catalog.pg_roles WHERE rolname = current_user`,
  );
  const { number = 0, superuser = false } = rows[0] ?? {};
  const major = Math.floor(number / 10_000);
  return {
    version: `${major}.${number % 10_000}`,
    ...{ major, superuser },
    systemIdentifier: await systemIdentifier(client),
  };
}

/**
 * A newer server reads an older dump, an older one does not promise to:
 * https://www.postgresql.org/docs/current/app-pgdump.html (Notes).
 * @returns a warning where the majors differ
 * @throws Failure `restore-refused` for an older server
 */
export function admitVersion(dumpMajor: number, targetMajor: number): string | undefined {
  if (targetMajor === dumpMajor) return undefined;
  if (targetMajor > dumpMajor)
    return `The dump is of PostgreSQL ${dumpMajor}, the target is ${targetMajor}: read its release notes.`;
  throw new Failure(
    'restore-refused',
    `The target is PostgreSQL ${targetMajor}; the dump is of ${dumpMajor} and needs ${dumpMajor} or newer.`,
    { hint: `Restore into a server of PostgreSQL ${dumpMajor}.` },
  );
}

/** A session for the time of a task. */
export async function withSession<T>(
  target: ConnectionTarget,
  task: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect(target);
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}

/** A session for work on the server itself: making and dropping databases and roles. */
export function withMaintenance<T>(
  maintenance: ConnectionTarget,
  task: (client: Client) => Promise<T>,
): Promise<T> {
  return withSession(unhindered(maintenance), task);
}

/** Settings of the user must not end what takes long, nor hide rows. */
export function unhindered(target: ConnectionTarget): ConnectionTarget {
  const options = [
    'statement_timeout=0',
    'lock_timeout=0',
    'idle_in_transaction_session_timeout=0',
    'default_transaction_read_only=off',
  ].map((setting) => `-c ${setting}`);
  return {
    ...target,
    options: [...(target.options === undefined ? [] : [target.options]), ...options].join(' '),
  };
}

/**
 * One after the other, as ANALYZE alone does; but a parent with a partition on another server is left out, for ANALYZE would
 * go there: a drill reaches no other server, and a restored database should reach none before somebody looked at it.
 */
const ANALYZE_EACH = `
  SELECT pg_catalog.format('ANALYZE %I.%I', n.nspname, c.relname)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND NOT EXISTS (
     WITH RECURSIVE below(oid) AS (
       SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = c.oid
       UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN below ON i.inhparent = below.oid)
     SELECT FROM below JOIN pg_catalog.pg_class f USING (oid) WHERE f.relkind = 'f')
   ORDER BY c.oid
\\gexec
`;

/** A function of an index may say what a row holds: the statement, and of the server's words the SQLSTATE alone. */
const TELLING_NO_VALUES = ['--echo-errors', '-v', 'VERBOSITY=sqlstate'];

/** Without statistics the restored database is slow, and nobody knows why. */
export async function analyze(
  target: ConnectionTarget,
  toolchain: Toolchain,
  signal: AbortSignal,
): Promise<void> {
  try {
    await runProgram({
      command: toolchain.path('psql'),
      args: ['-X', '-q', '-w', '-v', 'ON_ERROR_STOP=1', ...TELLING_NO_VALUES, '--file=-'],
      env: await libpqEnvironment(target),
      stdin: Readable.from([Buffer.from(ANALYZE_EACH)]),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProgramFailed)) throw error;
    const words = error.message.replace(/(ERROR: +)(\w{5})$/gm, (_, severity: string, sqlState: string) => {
      return `${severity}${conditionInWords(sqlState)}`;
    });
    throw new Failure('restore-failed', `ANALYZE failed: ${words}`);
  }
}
