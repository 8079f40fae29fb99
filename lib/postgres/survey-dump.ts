/** Reads a dump of any format to its end without a server, and tells what it is of and what it would do. */
import { Failure, messageOf } from '../contract/failure';
import { ProgramFailed, startProgram } from '../runtime/child-process';
import { plainText, type FetchedDump } from './fetched-dump';
import { surveyPlain, type PlainSurvey } from './plain/survey-plain';
import type { Toolchain } from './toolchain';

export interface SurveyOptions {
  readonly toolchain: Toolchain;
  /** Whether owners and privileges are brought back: then their roles are named. */
  readonly owners: boolean;
  readonly signal: AbortSignal;
}

/** Of what is damaged in a way that it does not see, pg_restore reads for ever. */
const STALL_MS = 600_000;
const TOO_NEW = /unsupported version \(([\d.]+)\) in file header/;

/**
 * @throws Failure `stored-data-faulty` where it cannot be read to its end, `restore-refused` where a newer pg_dump
 *   wrote it than the target's programs can read
 */
export async function surveyDump(dump: FetchedDump, options: SurveyOptions): Promise<PlainSurvey> {
  const { toolchain, signal } = options;
  try {
    return await surveyPlain(stoppable(textOf(dump, options), signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    const version = error instanceof ProgramFailed ? TOO_NEW.exec(error.message)?.[1] : undefined;
    if (version === undefined) throw unreadable(error);
    throw new Failure(
      'restore-refused',
      `The archive has version ${version} of its format, which pg_restore ${toolchain.version} cannot read: a newer pg_dump wrote it.`,
      { cause: error, hint: 'Restore into a server of the major of that pg_dump, or a newer one.' },
    );
  }
}

function textOf(dump: FetchedDump, { toolchain, owners, signal }: SurveyOptions): AsyncIterable<Uint8Array> {
  if (dump.format === 'plain') return plainText(dump);
  return startProgram({
    command: toolchain.path('pg_restore'),
    args: ['--file=-', ...(owners ? [] : ['--no-owner', '--no-privileges']), dump.path],
    env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' },
    signal,
    stall: { timeoutMs: STALL_MS },
  }).stdout;
}

async function* stoppable(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk;
  }
}

function unreadable(error: unknown): Failure {
  return new Failure('stored-data-faulty', `The archive cannot be read to its end: ${messageOf(error)}`, {
    cause: error,
    hint: 'It is damaged or cut short: choose another archive.',
  });
}
