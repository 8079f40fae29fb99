/** Settings of the database itself are compared once they were given back: what is not as it was is named. */
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase } from '../support/shared-servers';

const nameOf = (url: string) => new URL(url).pathname.slice(1);

async function benchOf(sql: (name: string) => string) {
  const url = await freshDatabase();
  await query(url, `CREATE TABLE t (id int); ${sql(nameOf(url))}`);
  const bench = await makeBench(url);
  await bench.backup();
  return restoreBench(bench);
}

test('a setting that could not be given back is told, is a difference, and fails nothing', async () => {
  const role = `gone_${Date.now()}`;
  const target = await benchOf(
    (name) => `CREATE ROLE ${role}; ALTER ROLE ${role} IN DATABASE ${name} SET work_mem = '9MB';`,
  );
  await query(target.url.replace(/[^/]*$/, 'postgres'), `DROP ROLE ${role}`);
  expect(await target.restore()).toMatchObject({
    warnings: [expect.stringContaining(`setting work_mem of role ${role}: the role does not exist`)],
    differences: [
      {
        class: 'environment',
        subject: `database setting work_mem of role ${role}`,
        text: 'is not set, was 9MB when it was backed up',
      },
    ],
  });
});

test('a database that was there before keeps its own settings; its privileges are compared where asked', async () => {
  const target = await benchOf((name) => `ALTER DATABASE ${name} SET "app.mode" = 'calm'`);
  const { targetDatabase: given, url } = target;
  await query(url.replace(/[^/]*$/, 'postgres'), `CREATE DATABASE ${given} TEMPLATE template0`);
  await query(
    url,
    `ALTER DATABASE ${given} SET work_mem = '7MB'; ALTER DATABASE ${given} SET "app.own" = 'hunter2';
     REVOKE CONNECT ON DATABASE ${given} FROM PUBLIC`,
  );
  const { differences } = await target.restore({ owners: true });
  expect(differences.map((each) => `${each.class}: ${each.subject} ${each.text}`)).toEqual([
    'schema: database privileges of PUBLIC is TEMPORARY, was CONNECT, TEMPORARY when it was backed up',
    'environment: database setting app.own is not as it was when it was backed up',
    'environment: database setting work_mem is 7MB, was not set when it was backed up',
  ]);
});
