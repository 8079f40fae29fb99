/** Runs the command line once: signals in, exit code out. */
import { CommanderError, type Command } from 'commander';
import { styleText } from 'node:util';
import { EXIT_CODES, exitCodeOf, Failure } from '../contract/failure';
import { systemClock } from '../runtime/clock';
import { jsonReporter } from '../runtime/json-reporter';
import { lineReporter } from '../runtime/line-reporter';
import { terminalPrompt } from '../runtime/prompt';
import type { Reporter } from '../runtime/reporter';
import { terminalReporter } from '../runtime/terminal-reporter';
import type { CommandIo } from './command-io';

/**
 * @param programOf the verbs there are
 * @returns the exit code (docs/restore.md and `--help` list them)
 */
export async function run(
  argv: readonly string[],
  process: NodeJS.Process,
  programOf: (io: CommandIo) => Command,
): Promise<number> {
  const stop = stopSignal(process);
  outliveClosedPipes(process);
  const reporters: Reporter[] = [];
  const io: CommandIo = {
    stdout: process.stdout,
    environment: process.env,
    clock: systemClock,
    signal: stop.signal,
    reporter: (json) => {
      const reporter = reporterFor(process.stderr, json);
      reporters.push(reporter);
      return reporter;
    },
    prompt: () =>
      process.stdin.isTTY ? terminalPrompt(process.stdin, process.stderr, stop.signal) : undefined,
  };
  try {
    await programOf(io).parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    for (const reporter of reporters) reporter.close();
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    tell(process.stderr, error, argv.includes('--json'));
    return exitCodeOf(error);
  } finally {
    for (const reporter of reporters) reporter.close();
    stop.release();
  }
}

function reporterFor(stderr: NodeJS.WriteStream, json: boolean): Reporter {
  const write = (line: string) => stderr.write(`${line}\n`);
  if (json) return jsonReporter(write, systemClock);
  return stderr.isTTY ? terminalReporter(stderr, systemClock) : lineReporter(write, systemClock);
}

/** `backstop list | head -1` is no fault; and a backup goes on when nobody reads its progress any more. */
function outliveClosedPipes({ stdout, stderr }: NodeJS.Process): void {
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** The first SIGTERM or SIGINT ends the run cleanly; a second one ends it at once. */
function stopSignal(process: NodeJS.Process) {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.stopped);
    controller.abort(
      new Failure('stopped', `Stopped by ${name}.`, { hint: 'Nothing half-made was recorded.' }),
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  const release = () => process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  return { signal: controller.signal, release };
}

function tell(stderr: NodeJS.WriteStream, error: unknown, json: boolean): void {
  const failure = error instanceof Failure ? error : undefined;
  const message =
    failure?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (json) {
    const kind = failure?.kind ?? 'unexpected';
    const { hint } = failure ?? {};
    stderr.write(`${JSON.stringify({ event: 'error', kind, exitCode: exitCodeOf(error), message, hint })}\n`);
    return;
  }
  stderr.write(`${styleText(['red', 'bold'], 'ERROR:', { stream: stderr })} ${message}\n`);
  if (failure?.hint !== undefined) stderr.write(`  What to do: ${failure.hint}\n`);
}
