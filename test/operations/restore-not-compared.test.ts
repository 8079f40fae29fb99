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
