import { randomBytes } from 'node:crypto';
import { Failure } from '../../lib/contract/failure';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
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

describe('an index whose function finds another one by search_path', () => {
  const backedUpAndRestored = async (mend: string) => {
    const url = await freshDatabase();
    await query(
      url,
      `CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
       CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT plain($1)';
       CREATE TABLE person (name text); INSERT INTO person VALUES ('Ada');
       CREATE INDEX ON person (folded(name)); ${mend}`,
    );
    const bench = await makeBench(url);
    return { bench, target: restoreBench(bench) };
  };

  test.each(['rows', 'rows+content'] as const)(
    'is backed up (%s) with a warning that says what mends it, and cannot be restored',
    async (inventory) => {
      const { bench, target } = await backedUpAndRestored('');
      const { manifest } = await bench.backup({ inventory });
      expect(manifest.inventory?.tables).toMatchObject([{ name: 'person', rows: 1 }]);
      expect(manifest.warnings).toEqual([
        expect.stringMatching(
          /^"public"."person": function plain\(text\) .*ALTER FUNCTION … SET search_path/,
        ),
      ]);
      await expect(target.restore()).rejects.toMatchObject({
        kind: 'restore-failed',
        message: expect.stringContaining('function plain(text) does not exist'),
        hint: expect.stringContaining('ALTER FUNCTION folded SET search_path'),
      });
    },
  );

  test('is told as the reason where it is not found under the own search_path either', async () => {
    const { bench } = await backedUpAndRestored('ALTER FUNCTION plain(text) RENAME TO lost');
    await expect(bench.backup()).rejects.toMatchObject({
      kind: 'database-unreachable',
      message: expect.stringContaining('function plain(text) does not exist'),
      hint: expect.stringContaining('ALTER FUNCTION … SET search_path'),
    });
  });

  test('is backed up and restored once it is mended so', async () => {
    const { bench, target } = await backedUpAndRestored(
      'ALTER FUNCTION folded(text) SET search_path = public',
    );
    await bench.backup();
    expect(await target.restore()).toMatchObject({ differences: [] });
  });
});
