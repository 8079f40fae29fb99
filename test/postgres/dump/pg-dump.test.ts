import { faultyToolchain } from '../../support/faulty-toolchain';
import { makeBench } from '../../support/make-backup';
import { query } from '../../support/postgres-cluster';
import { restoreBench } from '../../support/restore-bench';
import { shopDatabase } from '../../support/small-database';

test('what is written between the snapshot and the dump is in neither dump nor inventory', async () => {
  const url = await shopDatabase();
  const bench = await makeBench(url);
  const toolchain = faultyToolchain('is-slow');
  const backup = bench.backup({ postgresBin: toolchain.directory });
  await toolchain.pid();
  await query(url, `INSERT INTO audit_log (what) VALUES ('late')`);
  toolchain.release();
  await backup;
  const target = restoreBench(bench);
  expect(await target.restore()).toMatchObject({ differences: [] });
  expect(await query(target.url, 'SELECT count(*)::int AS rows FROM audit_log')).toEqual([{ rows: 100 }]);
});
