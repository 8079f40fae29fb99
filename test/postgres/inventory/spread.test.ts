import { spread } from '../../../lib/postgres/inventory/spread';

test('answers come in the order of the jobs, whichever connection did them', async () => {
  const used = new Set<string>();
  const answers = await spread(['a', 'b'], [3, 2, 1, 0], async (connection, job) => {
    used.add(connection);
    for (let turn = 0; turn < job; turn += 1) await Promise.resolve();
    return job * 10;
  });
  expect(answers).toEqual([30, 20, 10, 0]);
  expect([...used].sort()).toEqual(['a', 'b']);
});

test('after an error nothing new starts, and the error is told when every connection is idle', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const run = async (_: string, job: number) => {
    started.push(job);
    if (job === 0) throw new Error('no such table');
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    ended.push(job);
  };
  await expect(spread(['a', 'b'], [0, 1, 2, 3], run)).rejects.toThrow('no such table');
  expect(started).toEqual([0, 1]);
  expect(ended).toEqual([1]);
});

test('an abort starts nothing more', async () => {
  const stop = new AbortController();
  const started: number[] = [];
  const run = async (_: string, job: number) => {
    started.push(job);
    stop.abort(new Error('stopped'));
    await Promise.resolve();
  };
  await expect(spread(['a'], [0, 1], run, stop.signal)).rejects.toThrow('stopped');
  expect(started).toEqual([0]);
});
