/** An image as a task of Fargate runs it, by test/image/run-as-task. */
import { spawn } from 'node:child_process';
import path from 'node:path';

export interface TaskResult {
  readonly exitCode: number | null;
  /** What it printed, on stdout and stderr. */
  readonly output: string;
  readonly seconds: number;
}

export interface Task {
  /** As ECS stops a task. */
  stop(): void;
  readonly ended: Promise<TaskResult>;
}

/**
 * @param image as containers/build-without-docker calls it, for example `backstop-postgres:17`
 * @param environment all that the program sees, beside what the image says itself
 */
export function startTask(
  image: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Task {
  const startedAt = performance.now();
  const { PATH = '' } = process.env;
  const child = spawn(path.join(__dirname, 'run-as-task'), [image, ...args], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<TaskResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve({ exitCode, output, seconds: (performance.now() - startedAt) / 1000 });
    });
  });
  return { stop: () => child.kill('SIGTERM'), ended };
}
