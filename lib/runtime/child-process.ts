/**
 * The only place that starts programs. The rule it exists for: a program's output ends well only after the program
 * exited with 0. A dump that was cut short must never look like a dump that ended.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../contract/failure';
import { withLifeline } from './lifeline';

/** Seconds between the polite signal and SIGKILL: well inside the 120 s that Fargate grants. */
const GRACE_MS = 10_000;
const STDERR_TAIL_LINES = 20;

export interface ProgramOptions {
  readonly command: string;
  /** Never a secret: every user of the machine can read them. */
  readonly args: readonly string[];
  /** The whole environment of the program: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** @default - ours */
  readonly cwd?: string;
  /** Whose rights it has; only root may give them away. @default - our own */
  readonly account?: Account;
  /** Fed to the program; an error in it kills the program. @default - no input */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly onStderrLine?: (line: string) => void;
  /** Lines of stderr that say nothing of a failure. @default - none */
  readonly isNoise?: (line: string) => boolean;
  /** Ends the program: SIGTERM, SIGKILL after ten seconds. */
  readonly signal?: AbortSignal;
  /** Ends a program that hangs. @default - it may take for ever */
  readonly stall?: StallWatch;
  /**
   * For a server: the signal on which it ends at once, with its own children. It gets it in place of SIGTERM, and also as soon
   * as we are gone, however we went. @default - it may outlive us where we are killed
   */
  readonly lifeline?: 'SIGINT' | 'SIGQUIT';
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface StallWatch {
  /** How long nothing may happen: no byte on stdout, no line on stderr, no change of `measure`. */
  readonly timeoutMs: number;
  /** A figure that grows while the program works, for example the bytes in its output folder. @default - none */
  readonly measure?: () => Promise<number>;
}

export interface Program {
  /** Ends well only after exit 0; otherwise it throws ProgramFailed. Leaving it early ends the program. */
  readonly stdout: AsyncIterable<Buffer>;
  /** Resolves after exit 0 with all output read; rejects with ProgramFailed. */
  readonly finished: Promise<void>;
}

export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';

  constructor(
    readonly program: string,
    readonly exitCode: number | null,
    readonly signalName: NodeJS.Signals | null,
    readonly stderrTail: readonly string[],
    reason?: string,
    cause?: unknown,
  ) {
    const how =
      exitCode === null ? `was ended by ${signalName ?? 'nobody knows what'}` : `exited with ${exitCode}`;
    const why = reason === undefined ? '' : ` (${reason})`;
    super([`${program} ${how}${why}`, ...stderrTail].join('\n  '), { cause });
  }
}

/** Starts a program whose stdout is read as a stream. */
export function startProgram(options: ProgramOptions): Program {
  const { lifeline, cwd, account } = options;
  const { command, args } = lifeline === undefined ? options : withLifeline(options, lifeline);
  const child = spawn(command, args, {
    env: options.env,
    stdio: [options.stdin === undefined && lifeline === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...account,
    // A group of its own: workers that the program forked are ended with it.
    detached: true,
  });
  if (child.stdout === null) throw new TypeError('stdout is a pipe');
  // Held from the first byte: Node throws away what nobody has begun to read when a program exits (flushStdio in
  // https://github.com/nodejs/node/blob/main/lib/internal/child_process.js).
  const stdout = new PassThrough();
  pipeline(child.stdout, stdout).catch(() => undefined);
  const ending = new Ending(child, lifeline);
  const finished = watch(child, options, ending);
  // Whoever reads stdout hears of it there; nobody has to await both.
  finished.catch(() => undefined);
  return { stdout: untilExit(stdout, finished, ending), finished };
}

/** Runs a program to its end; answers with what it printed. For short outputs. */
export async function runProgram(options: ProgramOptions): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of startProgram(options).stdout) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function* untilExit(stdout: Readable, finished: Promise<void>, ending: Ending): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stdout) yield chunk as Buffer;
    await finished;
  } finally {
    ending.end('its output is no longer wanted');
  }
}

/** Ends a program once, and remembers why. */
class Ending {
  reason: string | undefined;
  cause: unknown;
  private closed = false;

  constructor(
    private readonly child: ChildProcess,
    private readonly lifeline: NodeJS.Signals | undefined,
  ) {
    child.once('close', () => (this.closed = true));
  }

  end(reason: string, cause?: unknown): void {
    if (this.reason !== undefined || this.closed) return;
    // One that has exited keeps its outcome; what it left running, and holds its outputs, is ended all the same.
    if (!this.hasExited()) {
      this.reason = reason;
      this.cause = cause;
    }
    this.kill(this.lifeline ?? 'SIGTERM');
    const force = setTimeout(() => {
      this.kill('SIGKILL');
    }, GRACE_MS);
    this.child.once('close', () => {
      clearTimeout(force);
    });
  }

  kill(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // The group is gone: that is what was wanted.
    }
  }

  private hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

async function watch(child: ChildProcess, options: ProgramOptions, ending: Ending): Promise<void> {
  const activity = { at: Date.now() };
  const tail = readStderr(child, options, activity);
  child.stdout?.on('data', () => (activity.at = Date.now()));
  const stopWatching = watchForStall(options.stall, activity, ending);
  const abort = () => {
    ending.end('it was told to stop', options.signal?.reason);
  };
  const killWithUs = () => {
    ending.kill(options.lifeline ?? 'SIGKILL');
  };
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();
  process.once('exit', killWithUs);
  try {
    await Promise.all([
      exit(child, path.basename(options.command), tail, ending),
      feed(child, options, ending),
    ]);
  } finally {
    stopWatching();
    options.signal?.removeEventListener('abort', abort);
    process.removeListener('exit', killWithUs);
  }
}

function readStderr(child: ChildProcess, options: ProgramOptions, activity: { at: number }): string[] {
  const tail: string[] = [];
  if (child.stderr === null) return tail;
  createInterface({ input: child.stderr }).on('line', (line) => {
    activity.at = Date.now();
    if (options.isNoise?.(line) !== true) tail.push(line);
    if (tail.length > STDERR_TAIL_LINES) tail.shift();
    options.onStderrLine?.(line);
  });
  return tail;
}

/** `close` comes after exit and after both outputs were read to their end. */
function exit(child: ChildProcess, program: string, tail: readonly string[], ending: Ending): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(
        new ProgramFailed(program, null, null, tail, `it could not be started: ${error.message}`, error),
      );
    });
    child.once('close', (code, signalName) => {
      if (code === 0 && ending.reason === undefined) resolve();
      else reject(new ProgramFailed(program, code, signalName, tail, ending.reason, ending.cause));
    });
  });
}

async function feed(child: ChildProcess, options: ProgramOptions, ending: Ending): Promise<void> {
  if (options.stdin === undefined || child.stdin === null) return;
  try {
    await pipeline(Readable.from(options.stdin, { objectMode: false }), child.stdin);
  } catch (error) {
    // The program stopped reading: its exit code and its stderr say why, not the broken pipe.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE' || child.exitCode !== null) return;
    ending.end(`its input failed: ${messageOf(error)}`, error);
  }
}

function watchForStall(stall: StallWatch | undefined, activity: { at: number }, ending: Ending): () => void {
  if (stall === undefined) return () => undefined;
  let measured = 0;
  const look = async () => {
    const now = (await stall.measure?.().catch(() => measured)) ?? measured;
    if (now !== measured) activity.at = Date.now();
    measured = now;
    const quietMs = Date.now() - activity.at;
    if (quietMs > stall.timeoutMs) ending.end(`nothing happened for ${Math.round(quietMs / 1000)} s`);
  };
  const timer = setInterval(() => void look(), Math.min(stall.timeoutMs / 4, 2_000));
  return () => {
    clearInterval(timer);
  };
}
