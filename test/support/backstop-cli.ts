/** The command line as an operator runs it: a child process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cliProgram } from './bundled-cli';

const ROOT = path.resolve(__dirname, '../..');

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

/** @param env beside PATH, HOME and TMPDIR; nothing else is inherited */
export function startBackstop(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCli {
  return startNode([...cliProgram(args[0]), ...args], env);
}

/** Any program of Node; `env` as above. */
export function startNode(args: readonly string[], env: Readonly<Record<string, string>>): RunningCli {
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CliResult>((resolve) => {
    child.once('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
  return { child, ended };
}

export function backstop(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return startBackstop(args, env).ended;
}
