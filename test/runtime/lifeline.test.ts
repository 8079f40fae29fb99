import { startNode } from '../support/backstop-cli';
import { isRunning } from '../support/faulty-toolchain';
import { eventually } from '../support/spawn';
import { ProgramFailed, startProgram, type Program } from '../../lib/runtime/child-process';

/** Tells what it hears; ends on SIGQUIT alone. */
const SERVER = `
trap 'echo heard QUIT >&2; exit 3' QUIT
trap 'echo heard TERM >&2' TERM
echo $$ >&2
while :; do sleep 0.05; done`;

const env = { PATH: process.env['PATH'] ?? '' };

/** Answers as soon as it runs. */
async function started(signal?: AbortSignal): Promise<{ program: Program; pid: number }> {
  return new Promise((resolve) => {
    const program = startProgram({
      command: '/bin/sh',
      args: ['-c', SERVER],
      env,
      lifeline: 'SIGQUIT',
      onStderrLine: (line) => {
        if (/^\d+$/.test(line)) resolve({ program, pid: Number(line) });
      },
      ...(signal && { signal }),
    });
  });
}

async function failureOf(program: Program): Promise<ProgramFailed> {
  const error: unknown = await program.finished.catch((reason: unknown) => reason);
  if (error instanceof ProgramFailed) return error;
  throw new Error(`no ProgramFailed but ${String(error)}`);
}

test('a server on a lifeline is our own child, with its own exit code and last words', async () => {
  const program = startProgram({
    command: '/bin/sh',
    args: ['-c', 'echo last words >&2; exit 7', 'an argument'],
    env,
    lifeline: 'SIGQUIT',
  });
  expect(await failureOf(program)).toMatchObject({ program: 'sh', exitCode: 7, stderrTail: ['last words'] });
});

test('one that ends well has ended well, and reads nothing', async () => {
  await startProgram({ command: '/bin/cat', args: [], env, lifeline: 'SIGINT' }).finished;
});

test('it is told to end by its own signal alone', async () => {
  const stop = new AbortController();
  const { program } = await started(stop.signal);
  stop.abort(new Error('stop'));
  const { exitCode, stderrTail } = await failureOf(program);
  expect(exitCode).toBe(3);
  // The shell may tell of its sleep, too, which the group's signal ended.
  expect(stderrTail.filter((line) => line.startsWith('heard'))).toEqual(['heard QUIT']);
});

test('nothing of it or of its lifeline stays', async () => {
  const stop = new AbortController();
  const { program, pid } = await started(stop.signal);
  stop.abort(new Error('stop'));
  await failureOf(program);
  await eventually('its group is gone', () => {
    expect(isRunning(-pid)).toBe(false);
    return Promise.resolve();
  });
});

test.each(['SIGKILL', 'SIGTERM'] as const)('it hears its signal where we end by %s', async (signal) => {
  const script = `
    const { startProgram } = require('./lib/runtime/child-process');
    startProgram({
      command: '/bin/sh', args: ['-c', process.argv[1]], env: { PATH: process.env.PATH }, lifeline: 'SIGQUIT',
      onStderrLine: (line) => console.log(line),
    });`;
  const { child, ended } = startNode(['--require', 'tsx/cjs', '--eval', script, SERVER], {});
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const pid = await eventually('it runs', () =>
    /^\d+\n/.test(output) ? Promise.resolve(Number(output.trim())) : Promise.reject(new Error('not yet')),
  );
  child.kill(signal);
  await ended;
  await eventually('it is gone', () => {
    expect(isRunning(-pid)).toBe(false);
    return Promise.resolve();
  });
});
