/** pg_dump as a child process: its arguments, its messages, its end. */
import { Failure, messageOf } from '../../contract/failure';
import { startProgram, type Program } from '../../runtime/child-process';
import { libpqEnvironment } from '../connection';
import type { DumpRequest } from './dump-request';

const FORMAT_LETTERS = { directory: 'd', custom: 'c', plain: 'p' } as const;

/**
 * What `--verbose` says of its own work. Everything else is kept for a person to read: a warning comes with exit
 * code 0.
 */
const HARMLESS =
  /^(last built-in OID|reading|identifying|finding|flagging|saving|dumping contents of|finished item|creating|executing|processing|entering|implied|launching|starting) ?/;

export interface PgDumpOutput {
  /** A folder to write to. @default - stdout */
  readonly directory?: string;
  /** In the words of pg_dump. */
  readonly compression: string;
  /** Bytes in the folder, for the stall watch. @default - stdout tells */
  readonly measure?: () => Promise<number>;
  /** One message of its stderr, without the program's name. */
  readonly onMessage?: (message: string) => void;
}

export async function startPgDump(request: DumpRequest, output: PgDumpOutput): Promise<Program> {
  const { options, toolchain, target, signal, events } = request;
  return startProgram({
    command: toolchain.path('pg_dump'),
    args: pgDumpArguments(request, output),
    env: { ...(await libpqEnvironment(target)), PGAPPNAME: request.applicationName },
    signal,
    stall: {
      timeoutMs: options.stallTimeoutSeconds * 1000,
      ...(output.measure === undefined ? {} : { measure: output.measure }),
    },
    isNoise: (line) => isHarmless(messageIn(line)),
    onStderrLine: (line) => {
      const message = messageIn(line);
      if (!isHarmless(message)) events.warning(`pg_dump: ${message}`);
      output.onMessage?.(message);
    },
  });
}

/** Parallel workers write "pg_dump:", the space and the message apart: those of two may come mixed. */
function messageIn(line: string): string {
  return line.replace(/^(pg_dump:| )+/, '');
}

function isHarmless(message: string): boolean {
  return message === '' || HARMLESS.test(message);
}

/** https://www.postgresql.org/docs/current/app-pgdump.html; no secret is among them. */
function pgDumpArguments(request: DumpRequest, output: PgDumpOutput): string[] {
  const { options, target, snapshotName } = request;
  return [
    `--format=${FORMAT_LETTERS[options.format]}`,
    `--snapshot=${snapshotName}`,
    `--lock-wait-timeout=${options.lockTimeoutSeconds * 1000}`,
    `--compress=${output.compression}`,
    // A client_encoding that somebody set on the database may not hold all that is in it.
    `--encoding=${request.encoding}`,
    '--verbose',
    '--no-password',
    ...(output.directory === undefined
      ? []
      : [`--file=${output.directory}`, `--jobs=${options.jobs}`, '--no-sync']),
    ...(options.format === 'plain' ? ['--no-owner', '--no-privileges'] : []),
    ...options.excludeTableData.map((pattern) => `--exclude-table-data=${pattern}`),
    ...options.tables.map((pattern) => `--table=${pattern}`),
    // Only a connection string can ask libpq for keepalives: a server that went away must not be waited for.
    `--dbname=dbname='${target.database.replace(/[\\']/g, '\\$&')}' keepalives_idle=30 keepalives_interval=10 keepalives_count=6`,
  ];
}

/** Words that pg_dump of the given major understands; before 16 it knows gzip alone, by its level. */
export function compressionArgument(compression: string, major: number): string {
  if (major >= 16) return compression;
  if (compression === 'none') return '0';
  const level = /^gzip(?::(\d))?$/.exec(compression);
  if (level === null) {
    throw new Failure(
      'usage',
      `pg_dump ${major} cannot compress with ${compression}; it can with gzip:1 to gzip:9 or none.`,
      {
        hint: 'zstd and lz4 need PostgreSQL 16 or newer.',
      },
    );
  }
  return level[1] ?? '6';
}

/** What ended a dump, as a Failure: who stopped it, or `dump-failed` with the last words of pg_dump. */
export function dumpFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof Failure) return error;
  return new Failure('dump-failed', messageOf(error), {
    cause: error,
    hint: 'Nothing was recorded as a recovery point. The indented lines are the last words of pg_dump.',
  });
}
