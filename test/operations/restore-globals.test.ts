/** Roles that a server lacks come back with the point, where that is asked for. */
import { randomBytes } from 'node:crypto';
import { connectionTarget } from '../../lib/postgres/connection';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench } from '../support/make-backup';
import { query, startCluster, type Cluster } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  let empty: Cluster;
  beforeAll(async () => {
    empty = await startCluster(major);
  });
  afterAll(() => empty.kill());

  /** Owned by a role in a group, on a server where the target has neither. */
  async function owned() {
    const suffix = randomBytes(4).toString('hex');
    const [app, group] = [`app ${suffix}`, `group_${suffix}`];
    const url = await freshDatabase(major);
    await query(
      url,
      `CREATE ROLE "${app}" LOGIN PASSWORD 'swordfish' CONNECTION LIMIT 7; CREATE ROLE ${group}; GRANT ${group} TO "${app}";
       ALTER ROLE "${app}" SET work_mem = '9MB'; COMMENT ON ROLE "${app}" IS 'it''s; ours';
       GRANT CREATE ON SCHEMA public TO "${app}"; SET ROLE "${app}"; CREATE TABLE t (a int); GRANT SELECT ON t TO ${group}`,
    );
    const bench = await makeBench(url);
    await bench.backup();
    return { app, group, target: restoreBench(bench, empty.url()) };
  }

  test('with --globals and owners everything belongs to whom it belonged', async () => {
    const { app, group, target } = await owned();
    const { differences, warnings } = await target.restore({ owners: true, globals: true });
    expect({ differences, warnings }).toEqual({ differences: [], warnings: [] });
    expect(
      await query(
        empty.url(),
        `SELECT rolcanlogin AS login, rolconnlimit AS sessions, ARRAY(SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = pg_authid.oid) AS config, rolpassword AS password,
                pg_has_role(rolname, '${group}', 'MEMBER') AS member, shobj_description(oid, 'pg_authid') AS comment
           FROM pg_authid WHERE rolname = '${app}'`,
      ),
    ).toEqual([
      {
        login: true,
        sessions: 7,
        config: ['work_mem=9MB'],
        password: null,
        member: true,
        comment: "it's; ours",
      },
    ]);
    expect(await query(target.url, "SELECT tableowner FROM pg_tables WHERE tablename = 't'")).toEqual([
      { tableowner: app },
    ]);
  });

  test('without it the roles are named, and the switch that makes them', async () => {
    const { app, target } = await owned();
    await expect(target.restore({ owners: true })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining(app) as string,
      hint: expect.stringContaining('--globals') as string,
    });
  });

  test('a role that is there is left as it is', async () => {
    const { app, target } = await owned();
    await query(empty.url(), `CREATE ROLE "${app}" NOLOGIN`);
    await target.restore({ owners: true, globals: true });
    expect(
      await query(
        empty.url(),
        `SELECT rolcanlogin AS login, rolconfig AS config FROM pg_roles WHERE rolname = '${app}'`,
      ),
    ).toEqual([{ login: false, config: null }]);
  });

  test('a user who is no superuser makes what such a user may, and tells the rest', async () => {
    const { app, target } = await owned();
    const maker = `maker_${randomBytes(4).toString('hex')}`;
    await query(empty.url(), `CREATE ROLE ${maker} LOGIN CREATEDB CREATEROLE`);
    const maintenance = { ...connectionTarget(empty.url(), {}), user: maker };
    const { warnings } = await target.restore({ maintenance, globals: true });
    expect(
      await query(empty.url(), `SELECT rolcanlogin AS login FROM pg_authid WHERE rolname = '${app}'`),
    ).toEqual([{ login: true }]);
    expect(warnings.filter((text) => text.includes(app) && text.startsWith('Left out of the roles'))).toEqual(
      [],
    );
  });
});

test('a point whose server refused to tell its roles is restored without them', async () => {
  const bench = await makeBench(await freshDatabase());
  const { directory: postgresBin } = faultyToolchain('is-refused', 15, 'pg_dumpall');
  await bench.backup({ postgresBin });
  await expect(restoreBench(bench).restore({ globals: true })).rejects.toMatchObject({
    exitCode: 8,
    message: expect.stringContaining('holds no roles') as string,
  });
});
