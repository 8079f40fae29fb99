import { randomBytes } from 'node:crypto';
import { Failure } from '../../lib/contract/failure';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { freshDatabase } from '../support/shared-servers';

test('what a role may not read is told, not called a defect', async () => {
  const url = await freshDatabase();
  const role = `reader_${randomBytes(4).toString('hex')}`;
  await query(
    url,
    `CREATE TABLE t (a serial); CREATE ROLE ${role} LOGIN PASSWORD 'only-for-tests';
     GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON t TO ${role}`,
  );
  const bench = await makeBench(url.replace('//backstop:', `//${role}:`));
  await expect(bench.backup()).rejects.toBeInstanceOf(Failure);
  await query(url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
});
