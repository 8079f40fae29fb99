/** Loads a verified dump into an empty database with PostgreSQL's own programs. The first error ends it. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ProgramFailed, runProgram } from '../runtime/child-process';
import { Failure, messageOf } from '../contract/failure';
import { libpqEnvironment, type ConnectionTarget } from './connection';
import { plainText, type FetchedDump } from './fetched-dump';
import { loadPasses } from './load-passes';
import { noiseFilter, withoutValues } from './load-words';
import { fencedText, fenceFor } from './plain/fenced-text';
import { restoreAdvice } from './restore-advice';
import type { Toolchain } from './toolchain';

export interface LoadRequest {
  readonly dump: FetchedDump;
  readonly target: ConnectionTarget;
  readonly toolchain: Toolchain;
  readonly jobs: number;
  /** Bring owners and privileges back; the roles must exist. */
  readonly owners: boolean;
  /** Leave out what only a superuser may make, as managed servers demand. */
  readonly managed: boolean;
  /** Dump ids of the entries that are loaded. @default - all */
  readonly entries?: ReadonlySet<number>;
  /** A plain dump makes and enters databases of its own, which no transaction can hold. @default - it may not */
  readonly createsDatabases?: boolean;
  /** For the list of entries; private to us. */
  readonly scratchDirectory: string;
  readonly onTable: () => void;
  readonly onWarning: (text: string) => void;
  readonly signal: AbortSignal;
}

/** @throws Failure `restore-failed` with what the program said, and what to do at the source where that is known */
export async function loadDump(request: LoadRequest): Promise<void> {
  try {
    if (request.dump.format === 'plain') await loadPlain(request, request.dump);
    else await loadArchive(request);
  } catch (error) {
    request.signal.throwIfAborted();
    if (!(error instanceof ProgramFailed)) throw error;
    throw notLoaded(error);
  }
}

/** Without the program's own error as its cause: that one holds values of rows. */
function notLoaded(error: ProgramFailed): Failure {
  const words = withoutValues(messageOf(error).split('\n  ')).join('\n  ');
  return new Failure('restore-failed', `The dump could not be loaded: ${words}`, {
    hint: restoreAdvice(words) ?? 'The first error above is the reason. The dump itself was read whole.',
  });
}

async function loadArchive(request: LoadRequest): Promise<void> {
  const { dump, target, toolchain, jobs, owners, scratchDirectory } = request;
  const list = path.join(scratchDirectory, 'entries.list');
  for (const { section, entries, parallel } of loadPasses(await wantedEntries(request))) {
    await writeFile(list, entries.join('\n'), { mode: 0o600 });
    // Of a tar pg_restore reads one member after the other.
    const atOnce = parallel && dump.format !== 'tar' ? jobs : 1;
    await run(request, toolchain.path('pg_restore'), [
      `--section=${section}`,
      `--dbname=${connectionString(target.database)}`,
      `--jobs=${atOnce}`,
      `--use-list=${list}`,
      '--exit-on-error',
      '--no-password',
      '--verbose',
      ...(owners ? [] : ['--no-owner', '--no-privileges']),
      dump.path,
    ]);
  }
}

/** psql reads on after an error and commits at the end of its input unless told otherwise. */
async function loadPlain(
  request: LoadRequest,
  dump: FetchedDump & { readonly format: 'plain' },
): Promise<void> {
  const args = [
    '-X',
    '-q',
    '-w',
    '-v',
    'ON_ERROR_STOP=1',
    ...(request.createsDatabases === true ? [] : ['--single-transaction']),
    '--output=/dev/null',
    '--file=-',
  ];
  const { toolchain, createsDatabases } = request;
  const text = fencedText(plainText(dump), fenceFor(toolchain.version, createsDatabases));
  await run(request, toolchain.path('psql'), args, text);
}

const WARNING = /^pg_restore: warning: |^psql:.*WARNING: /;

async function run(
  { target, signal, onTable, onWarning }: LoadRequest,
  command: string,
  args: readonly string[],
  stdin?: AsyncIterable<Uint8Array>,
): Promise<void> {
  await runProgram({
    command,
    args,
    env: await libpqEnvironment(target),
    signal,
    ...(stdin === undefined ? {} : { stdin }),
    isNoise: noiseFilter(),
    onStderrLine: (line) => {
      if (line.includes('processing data for table')) onTable();
      else if (WARNING.test(line)) onWarning(line);
    },
  });
}

/** A name alone would be read as a connection string where it looks like one. */
function connectionString(database: string): string {
  return `dbname='${database.replace(/[\\']/g, '\\$&')}' keepalives_idle=30 keepalives_interval=10 keepalives_count=6`;
}

/** What only a superuser may make, as `pg_restore --list` names it. */
const SUPERUSER_ONLY =
  /^\d+; \d+ \d+ (COMMENT - EXTENSION|(?:COMMENT - )?EVENT TRIGGER|(?:COMMENT - )?SUBSCRIPTION) /;

/** Those of the archive, less what the server would refuse anyway: told one by one. */
async function wantedEntries({
  dump,
  toolchain,
  managed,
  entries,
  onWarning,
  signal,
}: LoadRequest): Promise<string[]> {
  const text = await runProgram({
    command: toolchain.path('pg_restore'),
    args: ['--list', dump.path],
    env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' },
    signal,
  });
  return text.split('\n').filter((line) => {
    if (entries !== undefined && !entries.has(Number.parseInt(line, 10))) return false;
    if (!managed || !SUPERUSER_ONLY.test(line)) return true;
    onWarning(`Left out, for only a superuser may make it: ${line.replace(/^\d+; \d+ \d+ /, '')}`);
    return false;
  });
}
