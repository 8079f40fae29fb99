/** A program that was started, and how it must end. */
import assert from 'node:assert/strict';
import { humanSeconds } from '../../lib/contract/human';
import type { CliResult, RunningCli } from '../support/backstop-cli';
import type { Report } from './report';

export interface CommandResult extends CliResult {
  /** With the start of the program. */
  readonly seconds: number;
}

export interface Started extends RunningCli {
  readonly startedAt: number;
}

const MOST_LINES = 24;

/** Tells what it said. @throws AssertionError for another exit code than expected */
export async function endOf(
  { ended, startedAt }: Started,
  expectedExitCode: number,
  report: Report,
): Promise<CommandResult> {
  const result = await ended;
  const seconds = (performance.now() - startedAt) / 1000;
  report.output(essentials(result));
  report.say(`exit code ${result.exitCode ?? 'none'}, ${humanSeconds(seconds)}`);
  assert.equal(
    result.exitCode,
    expectedExitCode,
    `The exit code is ${result.exitCode ?? 'none'}; it should be ${expectedExitCode}.\n${result.stderr}`,
  );
  return { ...result, seconds };
}

/** The result, and what went wrong; not the progress. */
function essentials({ stdout, stderr }: CliResult): string {
  const error = stderr.indexOf('ERROR:');
  const lines = [stdout.trim(), error === -1 ? '' : stderr.slice(error).trim()].filter((text) => text !== '');
  const all = lines.join('\n').split('\n');
  const more = all.length - MOST_LINES;
  return [...all.slice(0, MOST_LINES), ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n');
}
