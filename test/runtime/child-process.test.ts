import { ProgramFailed, runProgram, startProgram } from '../../lib/runtime/child-process';
import { isRunning } from '../support/faulty-toolchain';
import { eventually } from '../support/spawn';

const sh = (script: string) => ({
  command: '/bin/sh',
  args: ['-c', script],
  env: { PATH: process.env['PATH'] ?? '' },
});

async function failureOf(attempt: Promise<unknown>): Promise<ProgramFailed> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProgramFailed) return error;
  throw new Error(`no ProgramFailed but ${String(error)}`);
}

async function* forever(): AsyncGenerator<Buffer> {
  for (;;) yield await Promise.resolve(Buffer.alloc(65_536));
}

test('output ends well after exit 0', async () => {
  expect(await runProgram(sh('echo hello'))).toBe('hello\n');
});

test.each([1_000, 5_000_000])('output of %d bytes followed by exit 3 does not end well', async (bytes) => {
  const failure = await failureOf(runProgram(sh(`head -c ${bytes} /dev/zero; echo broken >&2; exit 3`)));
  expect(failure).toMatchObject({ exitCode: 3, stderrTail: ['broken'] });
  expect(failure.message).toBe('sh exited with 3\n  broken');
});

test.each([10, 100_000])('%d bytes that came before anybody read them are not lost', async (bytes) => {
  const program = startProgram(sh(`head -c ${bytes} /dev/zero`));
  await new Promise((resolve) => setTimeout(resolve, 500));
  let read = 0;
  for await (const chunk of program.stdout) read += chunk.length;
  expect(read).toBe(bytes);
});

test('a signal that ends it is named', async () => {
  expect((await failureOf(runProgram(sh('kill -KILL $$')))).message).toBe('sh was ended by SIGKILL');
});

test('a program that does not exist is named', async () => {
  const failure = await failureOf(runProgram({ command: '/nonexistent/pg_dump', args: [], env: {} }));
  expect(failure.message).toMatch(/pg_dump .*could not be started: .*ENOENT/);
});

test('nothing of our environment is handed on', async () => {
  process.env['BACKSTOP_TEST_SECRET'] = 'secret';
  expect(await runProgram(sh('env'))).not.toContain('secret');
});

test('it runs in the folder that is named', async () => {
  expect(await runProgram({ ...sh('pwd'), cwd: '/usr' })).toBe('/usr\n');
});

(process.getuid?.() === 0 ? test : test.skip)(
  'root gives away its rights, those of its groups too',
  async () => {
    const account = { uid: 65534, gid: 65534 };
    expect(await runProgram({ ...sh('id -u; id -G'), account })).toBe('65534\n65534\n');
  },
);

test('input reaches the program; one that stops reading is no fault of the input', async () => {
  const stdin = (async function* () {
    yield await Promise.resolve(Buffer.from('abc'));
  })();
  expect(await runProgram({ ...sh('cat'), stdin })).toBe('abc');
  expect(await runProgram({ ...sh('head -c 3 | wc -c'), stdin: forever() })).toMatch(/3/);
  const failure = await failureOf(
    runProgram({ ...sh('head -c 3 >/dev/null; echo why >&2; exit 4'), stdin: forever() }),
  );
  expect(failure).toMatchObject({ exitCode: 4, stderrTail: ['why'] });
});

test('an error of the input ends the program', async () => {
  const stdin = (async function* () {
    yield await Promise.resolve(Buffer.from('abc'));
    throw new Error('the store broke off');
  })();
  const failure = await failureOf(runProgram({ ...sh('cat >/dev/null; sleep 60'), stdin }));
  expect(failure.message).toMatch(/its input failed: the store broke off/);
});

test('a program that neither writes nor ends is ended, with what it started', async () => {
  const pids: number[] = [];
  const onStderrLine = (line: string) => pids.push(Number(line));
  const stall = { timeoutMs: 300 };
  const failure = await failureOf(
    runProgram({ ...sh('echo $$ >&2; sleep 600 & echo $! >&2; wait'), onStderrLine, stall }),
  );
  expect(failure.message).toMatch(/nothing happened for/);
  expect(pids).toHaveLength(2);
  await eventually('both are gone', () => {
    expect(pids.filter(isRunning)).toEqual([]);
    return Promise.resolve();
  });
});

test.each([
  ['stdout', '>&1', '.\n'.repeat(10)],
  ['stderr', '>&2', ''],
])('a program that writes to %s is left alone', async (_, redirection, output) => {
  const writes = sh(`for i in 1 2 3 4 5 6 7 8 9 10; do echo . ${redirection}; sleep 0.25; done`);
  expect(await runProgram({ ...writes, stall: { timeoutMs: 1_500 } })).toBe(output);
});

test('a program whose measured work grows is left alone', async () => {
  let bytes = 0;
  const stall = { timeoutMs: 400, measure: () => Promise.resolve(bytes++) };
  expect(await runProgram({ ...sh('sleep 1.5; echo done'), stall })).toBe('done\n');
});

test('a signal of ours ends it, also when it was raised before', async () => {
  const controller = new AbortController();
  const program = startProgram({ ...sh('sleep 600'), signal: controller.signal });
  controller.abort(new Error('stop'));
  expect((await failureOf(program.finished)).message).toMatch(/it was told to stop/);
  expect((await failureOf(runProgram({ ...sh('sleep 600'), signal: controller.signal }))).message).toMatch(
    /told to stop/,
  );
});

test('whoever leaves the output early ends the program', async () => {
  const program = startProgram(sh('yes'));
  for await (const chunk of program.stdout) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect((await failureOf(program.finished)).message).toMatch(/no longer wanted/);
});

test('a program that was told to stop has not ended well, even where it exits with 0', async () => {
  const controller = new AbortController();
  const onStderrLine = () => {
    controller.abort(new Error('stop'));
  };
  const obeys = sh("trap 'exit 0' TERM; sleep 600 & echo ready >&2; wait");
  const failure = await failureOf(runProgram({ ...obeys, onStderrLine, signal: controller.signal }));
  expect(failure.message).toBe('sh exited with 0 (it was told to stop)\n  ready');
});

test('what a program left running, and holds its output, is ended when it is told to stop', async () => {
  const stop = new AbortController();
  const program = startProgram({ ...sh('sleep 600 & echo $!'), signal: stop.signal });
  let pid = 0;
  for await (const chunk of program.stdout) {
    pid = Number(chunk.toString());
    setTimeout(() => {
      stop.abort(new Error('enough'));
    }, 300);
  }
  await eventually('it is gone', () => {
    expect(isRunning(pid)).toBe(false);
    return Promise.resolve();
  });
});

test('a program that does not hear SIGTERM is killed', async () => {
  const controller = new AbortController();
  const onStderrLine = () => {
    controller.abort(new Error('stop'));
  };
  const deaf = sh("trap '' TERM; echo ready >&2; while :; do sleep 0.1; done");
  const failure = await failureOf(runProgram({ ...deaf, onStderrLine, signal: controller.signal }));
  expect(failure).toMatchObject({ signalName: 'SIGKILL' });
});

test('a failure repeats the last twenty lines of stderr', async () => {
  const { stderrTail } = await failureOf(runProgram(sh('seq 1 50 >&2; exit 1')));
  expect(stderrTail).toEqual(Array.from({ length: 20 }, (_, index) => String(31 + index)));
});
