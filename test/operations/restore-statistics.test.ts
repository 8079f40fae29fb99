import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { shopDatabase } from '../support/small-database';

test('a restored database has the statistics that its planner needs', async () => {
  const bench = await makeBench(await shopDatabase());
  await bench.backup();
  const target = restoreBench(bench);
  await target.restore();
  const columns = await query(target.url, `SELECT attname FROM pg_stats WHERE tablename = 'audit_log'`);
  expect(columns.map(({ attname }) => attname).sort()).toEqual(['at', 'what']);
});
