/** The operator: types `backstop …` and looks at what it says and how it ends. */
import assert from 'node:assert/strict';
import { humanSeconds } from '../../lib/contract/human';
import { startBackstop, type CliResult, type RunningCli } from '../support/backstop-cli';
import type { Report } from './report';

export interface CommandResult extends CliResult {
  /** With the start of the program. */
  readonly seconds: number;
}

interface Started extends RunningCli {
  readonly startedAt: number;
}

const MOST_LINES = 24;

export class Operator {
  private running: RunningCli | undefined;

  /** @param environment as the operator has set it in the shell */
  constructor(
    private readonly environment: Readonly<Record<string, string>>,
    private readonly report: Report,
  ) {}

  sayEnvironment(): void {
    for (const [name, value] of Object.entries(this.environment))
      this.report.say(`export ${name}=${/SECRET|PASSWORD/.test(name) ? '…' : value}`);
  }

  /** @throws AssertionError for another exit code than expected */
  async backstop(args: readonly string[], expectedExitCode = 0): Promise<CommandResult> {
    return this.watch(this.start(args), expectedExitCode);
  }

  /** To look something up: only the command is told. */
  async quietly(args: readonly string[]): Promise<CliResult> {
    const result = await this.start(args).ended;
    assert.equal(result.exitCode, 0, result.stderr);
    return result;
  }

  /** For somebody who does something to it meanwhile: `watch` sees it to its end. */
  start(args: readonly string[]): Started {
    this.report.command(['backstop', ...args.map(quoted)].join(' '));
    const startedAt = performance.now();
    this.running = startBackstop(args, this.environment);
    return { ...this.running, startedAt };
  }

  async watch({ ended, startedAt }: Started, expectedExitCode: number): Promise<CommandResult> {
    const result = await ended;
    this.running = undefined;
    const seconds = (performance.now() - startedAt) / 1000;
    this.report.output(essentials(result));
    this.report.say(`exit code ${result.exitCode ?? 'none'}, ${humanSeconds(seconds)}`);
    assert.equal(
      result.exitCode,
      expectedExitCode,
      `The exit code is ${result.exitCode ?? 'none'}; it should be ${expectedExitCode}.\n${result.stderr}`,
    );
    return { ...result, seconds };
  }

  async stop(): Promise<void> {
    this.running?.child.kill('SIGTERM');
    await this.running?.ended;
  }
}

/** The result, and what went wrong; not the progress. */
function essentials({ stdout, stderr }: CliResult): string {
  const error = stderr.indexOf('ERROR:');
  const lines = [stdout.trim(), error === -1 ? '' : stderr.slice(error).trim()].filter((text) => text !== '');
  const all = lines.join('\n').split('\n');
  const more = all.length - MOST_LINES;
  return [...all.slice(0, MOST_LINES), ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n');
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`;
}
