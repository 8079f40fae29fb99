/** Runs a command of an operator, without a shell, and tells in a line how it ended. */
import { messageOf } from '../contract/failure';
import { ProgramFailed, startProgram } from '../runtime/child-process';

export interface CommandRun {
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
  /** All of it: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it was given and must not be told: it may print them. */
  readonly secrets: readonly string[];
  /** It starts there. @default - where we are */
  readonly directory?: string;
  readonly signal: AbortSignal;
}

export interface CommandEnd {
  readonly passed: boolean;
  /** The last line that it printed, or why it failed. */
  readonly text: string;
}

/** Of what a command prints, so much of its end is looked at; and so much is told. */
const TAIL_BYTES = 8192;
const TOLD_CHARACTERS = 300;

export async function runToldCommand(run: CommandRun): Promise<CommandEnd> {
  const told = (text: string) => withoutSecrets(text, run.secrets).slice(0, TOLD_CHARACTERS);
  const timeout = AbortSignal.timeout(run.timeoutSeconds * 1000);
  try {
    const lastLine = await lastLineOf(run, AbortSignal.any([run.signal, timeout]));
    if (timeout.aborted) return { passed: false, text: overdue(run) };
    return { passed: true, text: told(lastLine === '' ? 'exited with 0' : lastLine) };
  } catch (error) {
    return { passed: false, text: timeout.aborted ? overdue(run) : told(reasonOf(error)) };
  }
}

async function lastLineOf(
  { command, directory, environment: env }: CommandRun,
  signal: AbortSignal,
): Promise<string> {
  const [program = '', ...args] = command;
  const place = directory === undefined ? {} : { cwd: directory };
  let tail = Buffer.alloc(0);
  for await (const chunk of startProgram({ command: program, args, env, ...place, signal }).stdout) {
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
  }
  return tail.toString('utf8').trimEnd().split('\n').at(-1)?.trim() ?? '';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ProgramFailed)) return messageOf(error);
  const [how = ''] = error.message.split('\n');
  const last = error.stderrTail.filter((line) => line.trim() !== '').at(-1);
  return last === undefined ? how : `${how}: ${last.trim()}`;
}

function overdue({ timeoutSeconds }: CommandRun): string {
  return `did not end within ${timeoutSeconds} s`;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const written = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return written.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
}
