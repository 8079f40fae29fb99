import { randomBytes } from 'node:crypto';
import type { CatalogEntry } from '../../lib/contract/inventory';
import type { DatabaseSettings } from '../../lib/contract/manifest';
import { readCatalog } from '../../lib/postgres/catalog/read-catalog';
import { connectionTarget } from '../../lib/postgres/connection';
import { readDatabaseSettings } from '../../lib/postgres/database-settings';
import { withDrillRoles } from '../../lib/postgres/drill-roles';
import type { DrillServer } from '../../lib/postgres/drill-server';
import { givenServer } from '../../lib/postgres/given-server';
import { withSession } from '../../lib/postgres/target-server';
import { throwAwayServers } from '../../lib/postgres/throw-away-server';
import { serverRequest } from '../support/drill-servers';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

const unique = (word: string) => `${word} ${randomBytes(4).toString('hex')}`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

interface Needs {
  readonly catalog: CatalogEntry[];
  readonly databaseSettings: DatabaseSettings;
}

/** What a manifest of this database would say. */
function needsOf(url: string): Promise<Needs> {
  return withSession(connectionTarget(url, {}), async (client) => {
    await client.query('BEGIN');
    const needs = {
      catalog: await readCatalog(client),
      databaseSettings: await readDatabaseSettings(client),
    };
    await client.query('ROLLBACK');
    return needs;
  });
}

const ownedBy = (role: string): CatalogEntry => ({
  kind: 'owner of',
  identity: 'table public.t',
  facts: { owner: role },
});

async function needsRole(url: string, role: string): Promise<Needs> {
  const { databaseSettings } = await needsOf(url);
  return { catalog: [ownedBy(role)], databaseSettings };
}

function serverOf(url: string): Promise<DrillServer> {
  return givenServer(connectionTarget(url, {})).with(serverRequest({ major: 12 }), (server) =>
    Promise.resolve(server),
  );
}

const quiet = (text: string) => {
  throw new Error(`warned: ${text}`);
};

const roleNamed = (url: string, role: string) =>
  query(url, `SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = '${role}'`);

test.each(sharedMajors())(
  'PostgreSQL %i: a missing role is made, cannot log in, and is dropped again',
  async (major) => {
    const url = await freshDatabase(major);
    const role = unique('Own"er');
    const request = { server: await serverOf(url), manifest: await needsRole(url, role), owners: true };
    const made = await withDrillRoles({ ...request, onWarning: quiet }, async (names) => {
      expect(await roleNamed(url, role)).toEqual([{ rolcanlogin: false, rolsuper: false }]);
      return names;
    });
    expect(made).toEqual([role]);
    expect(await roleNamed(url, role)).toEqual([]);
  },
);

test('roles that are there already are left as they are', async () => {
  const url = await freshDatabase();
  const role = unique('there');
  await query(url, `CREATE ROLE ${quoted(role)} LOGIN`);
  const request = { server: await serverOf(url), manifest: await needsRole(url, role), owners: true };
  expect(await withDrillRoles({ ...request, onWarning: quiet }, (made) => Promise.resolve(made))).toEqual([]);
  expect(await roleNamed(url, role)).toEqual([{ rolcanlogin: true, rolsuper: false }]);
  await query(url, `DROP ROLE ${quoted(role)}`);
});

test('they are dropped where the task fails, whose error comes out as it is', async () => {
  const url = await freshDatabase();
  const role = unique('owner');
  const request = { server: await serverOf(url), manifest: await needsRole(url, role), owners: true };
  const error = new Error('the task failed');
  await expect(withDrillRoles({ ...request, onWarning: quiet }, () => Promise.reject(error))).rejects.toBe(
    error,
  );
  expect(await roleNamed(url, role)).toEqual([]);
});

test('one that cannot be dropped is a warning, and the others are dropped', async () => {
  const url = await freshDatabase();
  const [used, free] = [unique('used'), unique('free')];
  const needs = await needsRole(url, used);
  const manifest = { ...needs, catalog: [...needs.catalog, ownedBy(free)] };
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);
  const request = { server: await serverOf(url), manifest, owners: true, onWarning };
  await withDrillRoles(request, () =>
    query(url, `CREATE TABLE kept (); ALTER TABLE kept OWNER TO ${quoted(used)}`),
  );
  expect(warnings).toEqual([expect.stringMatching(new RegExp(`role ${used} .*depend on it.*by hand`))]);
  expect(await roleNamed(url, free)).toEqual([]);
  await query(url, `DROP TABLE kept; DROP ROLE ${quoted(used)}`);
});

test('without owners only the roles of policies are made', async () => {
  const url = await freshDatabase();
  const [owner, reader] = [unique('owner'), `reader_${randomBytes(4).toString('hex')}`];
  const policy = { kind: 'policy', identity: 'p on public.t', facts: { roles: reader } };
  const needs = await needsRole(url, owner);
  const manifest = { ...needs, catalog: [...needs.catalog, policy] };
  const request = { server: await serverOf(url), manifest, owners: false, onWarning: quiet };
  expect(await withDrillRoles(request, (made) => Promise.resolve(made))).toEqual([reader]);
});

test('a user who may not make roles is told which, and none is made', async () => {
  const url = await freshDatabase();
  const [role, weak] = [unique('owner'), `weak_${randomBytes(4).toString('hex')}`];
  await query(url, `CREATE ROLE ${weak} LOGIN CREATEDB`);
  const asWeak = new URL(url);
  asWeak.username = weak;
  const manifest = await needsRole(url, role);
  const request = { server: await serverOf(asWeak.toString()), manifest, owners: true, onWarning: quiet };
  await expect(withDrillRoles(request, () => Promise.resolve())).rejects.toMatchObject({
    kind: 'restore-refused',
    message: expect.stringMatching(
      new RegExp(`\\(.*${role}.*\\), and they cannot be made: permission denied`),
    ),
    hint: expect.stringContaining(`CREATE ROLE ${quoted(role)} NOLOGIN;`),
  });
  expect(await roleNamed(url, role)).toEqual([]);
});

test.each(sharedMajors())('PostgreSQL %i: a throw-away server gets the tablespaces, too', async (major) => {
  await throwAwayServers.with(serverRequest({ major }), async (server) => {
    const url = new URL(`postgres://127.0.0.1:${server.maintenance.port}/postgres`);
    url.username = server.maintenance.user;
    url.password = String(server.maintenance.password);
    const { databaseSettings } = await needsOf(url.toString());
    const facts = { tablespace: 'fast "disk' };
    const catalog = ['public.t', 'public.u'].map((identity) => ({ kind: 'table', identity, facts }));
    const request = { server, manifest: { catalog, databaseSettings }, owners: true, onWarning: quiet };
    await withDrillRoles(request, () =>
      query(url.toString(), 'CREATE TABLE t (a int) TABLESPACE "fast ""disk"; INSERT INTO t VALUES (1)'),
    );
  });
});

const OF_SUPERUSERS = [
  [
    'an event trigger',
    (name: string) => `CREATE FUNCTION "tell f"() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
      CREATE EVENT TRIGGER ${name} ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION "tell f"()`,
    'EVENT TRIGGER',
  ],
  ['a foreign-data wrapper', (name: string) => `CREATE FOREIGN DATA WRAPPER ${name}`, 'FOREIGN DATA WRAPPER'],
  [
    'a publication of all tables',
    (name: string) => `CREATE PUBLICATION ${name} FOR ALL TABLES`,
    'PUBLICATION',
  ],
  [
    'a publication of a schema',
    (name: string) => `CREATE SCHEMA "s s"; CREATE PUBLICATION ${name} FOR TABLES IN SCHEMA "s s"`,
    'PUBLICATION',
  ],
] as const;

test.each(sharedMajors().flatMap((major) => OF_SUPERUSERS.map((object) => [major, ...object] as const)))(
  'PostgreSQL %i: the owner of %s is made as the superuser that he must be',
  async (major, _, create, kind) => {
    const url = await freshDatabase(major);
    const [role, name] = [unique('Ow"ner'), quoted(unique('The "one"'))];
    const alter = `ALTER ${kind} ${name} OWNER TO ${quoted(role)}`;
    await query(url, `CREATE ROLE ${quoted(role)} SUPERUSER; ${create(name)}; ${alter}`);
    const manifest = await needsOf(url);
    await query(
      url,
      `DROP OWNED BY ${quoted(role)} CASCADE; DROP ROLE ${quoted(role)}; ${create(name).replace(/^.*; *\n?/s, '')}`,
    );
    const request = { server: await serverOf(url), manifest, owners: true, onWarning: quiet };
    await withDrillRoles(request, async () => {
      expect(await roleNamed(url, role)).toEqual([{ rolcanlogin: false, rolsuper: true }]);
      await query(url, alter);
      await query(url, `DROP ${kind} ${name}`);
    });
  },
);
