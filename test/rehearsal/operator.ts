/** The operator: types `backstop …` and looks at what it says and how it ends. */
import assert from 'node:assert/strict';
import { startBackstop, type CliResult, type RunningCli } from '../support/backstop-cli';
import type { Report } from './report';
import { endOf, type CommandResult, type Started } from './started';

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

  async watch(started: Started, expectedExitCode: number): Promise<CommandResult> {
    const result = await endOf(started, expectedExitCode, this.report);
    this.running = undefined;
    return result;
  }

  async stop(): Promise<void> {
    this.running?.child.kill('SIGTERM');
    await this.running?.ended;
  }
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`;
}
