import { Failure } from '../../lib/contract/failure';
import { silentReporter, type Progress } from '../../lib/runtime/reporter';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { shopDatabase } from '../support/small-database';

test('a database that could not be compared is no success, and is left', async () => {
  const bench = await makeBench(await shopDatabase());
  await bench.backup();
  const target = restoreBench(bench);
  const { directory } = faultyToolchain('fails-when-read-again', 15, 'pg_restore');
  await expect(target.restore({ postgresBin: directory })).rejects.toMatchObject({
    kind: 'restore-failed',
    message: expect.stringMatching(/was loaded without an error, but could not be compared: /) as string,
  });
  expect(await query(target.url, 'SELECT count(*)::int AS n FROM invoice')).toEqual([{ n: 2000 }]);
});

test('a restore that is stopped while it compares drops the database that it made', async () => {
  const bench = await makeBench(await shopDatabase());
  await bench.backup();
  const target = restoreBench(bench);
  const stop = new AbortController();
  const reporter = {
    ...silentReporter,
    progress: ({ phase }: Progress) => {
      if (phase === 'compare') stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
    },
  };
  await expect(target.restore({}, { reporter, signal: stop.signal })).rejects.toMatchObject({
    kind: 'stopped',
  });
  expect(await target.exists()).toBe(false);
});
