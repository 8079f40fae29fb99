import { makeBench } from '../support/make-backup';
import { query, startCluster, type Cluster } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { startStandby, type Standby } from '../support/standby';

let primary: Cluster;
let standby: Standby;
beforeAll(async () => {
  primary = await startCluster();
  standby = await startStandby(primary);
});
afterAll(async () => {
  await standby.stop();
  await primary.stop();
});

test('a standby is backed up, and recorded as one; the rows of its unlogged tables are not there to be had', async () => {
  const url = await primary.createDatabase('shop');
  await query(
    url,
    `CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n;
     CREATE UNLOGGED TABLE cache AS SELECT generate_series(1, 10) AS n`,
  );
  await standby.caughtUp();
  const bench = await makeBench(standby.url('shop'));
  const { manifest } = await bench.backup();
  expect(manifest.server).toMatchObject({
    role: 'replica',
    replicaLagSeconds: expect.any(Number) as number,
  });
  expect(manifest.warnings).toEqual([
    expect.stringMatching(/"cache" is unlogged: a standby does not have its rows/),
  ]);
  expect(manifest.inventory?.tables).toMatchObject([
    { name: 'cache', rows: 0, dataExcluded: true },
    { name: 'kept', rows: 1000 },
  ]);
  const target = restoreBench(bench, url);
  expect(await target.restore()).toMatchObject({ differences: [] });
  expect(await query(target.url, 'SELECT count(*)::int AS n FROM cache')).toEqual([{ n: 0 }]);
});
