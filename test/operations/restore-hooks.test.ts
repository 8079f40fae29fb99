/** What is done around a restore: in its order, on every path, and never untold. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { restoreHooksSchema, type RestoreHooks } from '../../lib/contract/restore-hooks';
import { Failure } from '../../lib/contract/failure';
import { verdictOn } from '../../lib/operations/restore-verdict';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench } from '../support/make-backup';
import { restoreBench } from '../support/restore-bench';
import { shopDatabase } from '../support/small-database';

async function target() {
  const bench = await makeBench(await shopDatabase());
  await bench.backup();
  return restoreBench(bench);
}

/** Writes what it is told into a file. */
function diary() {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'hooks-')), 'diary');
  const write = (name: string, more = '') => ({
    name,
    command: ['sh', '-c', `echo "${name} $BACKSTOP_OUTCOME $BACKSTOP_RESTORED_DATABASE" >> ${file}${more}`],
  });
  const read = () => readFileSync(file, 'utf8').trim().split('\n');
  return { write, read };
}

const hooksOf = (hooks: object): RestoreHooks => restoreHooksSchema.parse(hooks);
const environment = { PATH: process.env['PATH'] ?? '' };

test('hooks run before anything is changed and after everything is done, and know of what', async () => {
  const { write, read } = diary();
  const there = await target();
  const before = { ...write('suspend'), command: [...write('suspend').command] };
  await there.restore({ hooks: hooksOf({ before: [before], after: [write('resume')] }) }, { environment });
  expect(read()).toEqual([
    `suspend begins ${there.targetDatabase}`,
    `resume restored ${there.targetDatabase}`,
  ]);
});

test('a hook that fails before ends the restore with nothing made, and what was suspended is resumed', async () => {
  const { write, read } = diary();
  const there = await target();
  const hooks = hooksOf({
    before: [write('suspend'), write('refuse', '; echo no room >&2; exit 3')],
    after: [write('resume')],
  });
  await expect(there.restore({ hooks }, { environment })).rejects.toMatchObject({
    exitCode: 8,
    message: expect.stringMatching(/The hook "refuse" failed: .*exit.*3.*no room/) as string,
  });
  expect(read().map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'suspend begins',
    'refuse begins',
    'resume failed',
  ]);
  expect(await there.exists()).toBe(false);
});

test('a restore that fails still resumes the application, and fails for its own reason', async () => {
  const { write, read } = diary();
  const there = await target();
  const { directory: postgresBin } = faultyToolchain('fails-in-the-data', 15, 'pg_restore');
  const hooks = hooksOf({
    after: [write('resume', '; exit 1'), { name: 'health', url: 'http://127.0.0.1:1/' }],
  });
  await expect(there.restore({ hooks, postgresBin }, { environment })).rejects.toMatchObject({
    exitCode: 9,
    message: expect.stringContaining('The dump could not be loaded') as string,
  });
  expect(read()).toEqual([`resume failed ${there.targetDatabase}`]);
});

test('a hook that fails afterwards fails the restore, which is told whole, and undoes nothing', async () => {
  const there = await target();
  const hooks = hooksOf({ after: [{ name: 'resume', command: ['sh', '-c', 'exit 4'] }] });
  const result = await there.restore({ hooks }, { environment });
  expect(result.differences).toEqual([]);
  expect(verdictOn(result, undefined)).toMatchObject({
    exitCode: 9,
    message: expect.stringContaining('The restore is done, but the hook "resume" failed') as string,
  });
  expect(await there.exists()).toBe(true);
});

test('a restore that is stopped still resumes what it suspended', async () => {
  const { write, read } = diary();
  const there = await target();
  const toolchain = faultyToolchain('hangs-in-the-data', 15, 'pg_restore');
  const stop = new AbortController();
  const hooks = hooksOf({ after: [write('resume')] });
  const running = there.restore(
    { hooks, postgresBin: toolchain.directory },
    { environment, signal: stop.signal },
  );
  const outcome = expect(running).rejects.toMatchObject({ exitCode: 11 });
  await toolchain.pid();
  stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
  await outcome;
  expect(read()).toEqual([`resume failed ${there.targetDatabase}`]);
});

test('a password that a hook prints is told nowhere', async () => {
  const told: string[] = [];
  const reporter = {
    info: (text: string) => told.push(text),
    warn: (text: string) => told.push(text),
    progress: () => undefined,
    close: () => undefined,
  };
  const hooks = hooksOf({ after: [{ name: 'loose', command: ['sh', '-c', 'echo it is $PGPASSWORD'] }] });
  await (
    await target()
  ).restore({ hooks }, { reporter, environment: { ...environment, PGPASSWORD: 'swordfish' } });
  expect(told.join('\n')).toContain('Hook "loose": it is …');
  expect(told.join('\n')).not.toContain('swordfish');
});

describe('a URL', () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(asked < 3 ? 503 : 204).end();
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => server.close());

  test('is asked until it answers well', async () => {
    const told: string[] = [];
    const reporter = {
      info: (text: string) => told.push(text),
      warn: () => undefined,
      progress: () => undefined,
      close: () => undefined,
    };
    await (
      await target()
    ).restore({ hooks: hooksOf({ after: [{ name: 'health', url: url() }] }) }, { reporter });
    expect(asked).toBe(3);
    expect(told).toContain('Hook "health": answered 204');
  });

  test('that never answers well fails the restore, with its last answer', async () => {
    asked = -1000;
    const hooks = hooksOf({ after: [{ name: 'health', url: url(), timeoutSeconds: 1 }] });
    expect(verdictOn(await (await target()).restore({ hooks }), undefined)).toMatchObject({
      exitCode: 9,
      message: expect.stringContaining('it answers 503, after 1 s') as string,
    });
  });
});
