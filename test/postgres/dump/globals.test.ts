import { text } from 'node:stream/consumers';
import { faultyToolchain } from '../../support/faulty-toolchain';
import { makeBench } from '../../support/make-backup';
import { query } from '../../support/postgres-cluster';
import { shopDatabase } from '../../support/small-database';

test('the roles of the server are stored, their passwords are not', async () => {
  const url = await shopDatabase();
  const role = `clerk_${new URL(url).pathname.slice(1)}`;
  await query(url, `CREATE ROLE ${role} LOGIN PASSWORD 'only-for-tests'`);
  const bench = await makeBench(url);
  const { manifest } = await bench.backup();
  await query(url, `DROP ROLE ${role}`);
  const globals = manifest.files.find(({ key }) => key.endsWith('/globals.sql'));
  const sql = await text(await bench.store.get(globals?.key ?? ''));
  expect(sql).toContain(`CREATE ROLE ${role};`);
  expect(sql).not.toMatch(/PASSWORD|SCRAM|md5/);
});

test('roles that a provider hides are told, and the rest is backed up', async () => {
  const bench = await makeBench(await shopDatabase());
  const { directory } = faultyToolchain('is-refused', 15, 'pg_dumpall');
  const { manifest } = await bench.backup({ postgresBin: directory });
  expect(manifest.warnings).toEqual([
    expect.stringMatching(/^Roles and tablespaces could not be dumped: .*permission denied/s),
  ]);
  expect(await bench.keys('points/')).not.toContainEqual(expect.stringMatching(/globals\.sql$/));
});
