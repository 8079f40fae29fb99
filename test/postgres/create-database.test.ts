import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DatabaseSettings } from '../../lib/contract/manifest';
import {
  aclRoles,
  applyOwnership,
  applySettings,
  createDatabase,
  dropDatabase,
  missingRoles,
} from '../../lib/postgres/create-database';
import { readDatabaseSettings } from '../../lib/postgres/database-settings';
import { createDatabaseStatement } from '../../lib/postgres/database-statements';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

const plain: DatabaseSettings = {
  encoding: 'UTF8',
  localeProvider: 'c',
  collate: 'C.UTF-8',
  ctype: 'C.UTF-8',
  locale: null,
  icuRules: null,
  collationVersion: null,
  owner: 'backstop',
  comment: null,
  acl: null,
  connectionLimit: -1,
  settings: [],
};

const uniqueName = (word: string) => `${word}_${randomBytes(4).toString('hex')}`;

async function session<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function named(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.toString();
}

test.each(sharedMajors())(
  'PostgreSQL %i: a database made from its settings reads back the same',
  async (major) => {
    const maintenance = await freshDatabase(major);
    const role = uniqueName('Role "x');
    const settings: DatabaseSettings = {
      ...plain,
      encoding: 'LATIN1',
      collate: 'C',
      ctype: 'C',
      owner: role,
      comment: `it's "ours"`,
      acl: [
        `backstop=c/"${role.replaceAll('"', '""')}"`,
        `"${role.replaceAll('"', '""')}"=CTc/"${role.replaceAll('"', '""')}"`,
      ],
      connectionLimit: 5,
      settings: [
        { role: null, setting: 'default_transaction_read_only=on' },
        { role: null, setting: `my.tenant=it's` },
        { role: null, setting: 'search_path="$user", app, "Odd, ""name"' },
        { role: role, setting: 'work_mem=5MB' },
      ],
    };
    const name = uniqueName('Made "db');
    await session(maintenance, async (client) => {
      await client.query(`CREATE ROLE "${role.replaceAll('"', '""')}"`);
      await createDatabase(client, name, settings, major);
      expect(await applySettings(client, name, settings)).toEqual([]);
      await applyOwnership(client, name, settings);
    });
    const readBack = await session(named(maintenance, name), readDatabaseSettings);
    expect({ ...readBack, acl: [...(readBack.acl ?? [])].sort() }).toEqual({
      ...settings,
      acl: [...settings.acl!].sort(),
    });
    await session(maintenance, async (client) => {
      await dropDatabase(client, name);
      await client.query(`DROP ROLE "${role.replaceAll('"', '""')}"`);
    });
  },
);

test('an ICU database is made with its locale', async () => {
  const maintenance = await freshDatabase();
  const settings: DatabaseSettings = { ...plain, localeProvider: 'i', locale: 'de' };
  const name = uniqueName('icu');
  await session(maintenance, (client) => createDatabase(client, name, settings, 15));
  expect(await session(named(maintenance, name), readDatabaseSettings)).toMatchObject({
    localeProvider: 'i',
    locale: 'de',
  });
  await session(maintenance, (client) => dropDatabase(client, name));
});

test.each(sharedMajors().filter((major) => major >= 17))(
  'PostgreSQL %i: the built-in provider and ICU rules read back the same',
  async (major) => {
    const maintenance = await freshDatabase(major);
    const locales: Partial<DatabaseSettings>[] = [
      { localeProvider: 'b', locale: 'C.UTF-8' },
      { localeProvider: 'i', locale: 'und', icuRules: '&a < b' },
    ];
    for (const locale of locales) {
      const name = uniqueName('locale');
      await session(maintenance, (client) => createDatabase(client, name, { ...plain, ...locale }, major));
      expect(await session(named(maintenance, name), readDatabaseSettings)).toMatchObject(locale);
      await session(maintenance, (client) => dropDatabase(client, name));
    }
  },
);

test('ICU rules, the built-in provider and old majors have their own words', () => {
  const icu: DatabaseSettings = { ...plain, localeProvider: 'i', locale: 'und', icuRules: '&a < b' };
  expect(createDatabaseStatement('x', icu, 16)).toMatch(
    /LOCALE_PROVIDER icu ICU_LOCALE 'und' ICU_RULES '&a < b'$/,
  );
  expect(createDatabaseStatement('x', { ...plain, localeProvider: 'b', locale: 'C.UTF-8' }, 17)).toMatch(
    /LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'$/,
  );
  expect(createDatabaseStatement('x', plain, 14)).not.toContain('LOCALE_PROVIDER');
});

test('a setting of a role that is not there is left out and told; so is one that the server does not know', async () => {
  const url = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  const settings = {
    ...plain,
    settings: [
      { role: 'nobody_here', setting: 'work_mem=5MB' },
      { role: null, setting: 'removed_in_this_version=1' },
      { role: null, setting: 'work_mem=6MB' },
    ],
  };
  expect(await session(url, (client) => applySettings(client, name, settings))).toEqual([
    { what: 'setting work_mem of role nobody_here', reason: 'the role does not exist' },
    {
      what: 'setting removed_in_this_version',
      reason: 'unrecognized configuration parameter "removed_in_this_version"',
    },
  ]);
  expect(await query(url, 'SHOW work_mem')).toEqual([{ work_mem: '6MB' }]);
});

test('a locale that the server lacks is refused with what to do', async () => {
  const url = await freshDatabase();
  const settings = { ...plain, collate: 'tlh_QO.UTF-8' };
  await expect(
    session(url, (client) => createDatabase(client, uniqueName('x'), settings, 15)),
  ).rejects.toMatchObject({
    kind: 'restore-refused',
    message: expect.stringContaining('tlh_QO'),
    hint: expect.stringContaining('Install the locale'),
  });
});

test('a user who may not create databases is told so', async () => {
  const url = await freshDatabase();
  const role = uniqueName('weak');
  await query(url, `CREATE ROLE ${role} LOGIN`);
  const weak = new URL(url);
  weak.username = role;
  await expect(
    session(weak.toString(), (client) => createDatabase(client, uniqueName('x'), plain, 15)),
  ).rejects.toMatchObject({ kind: 'restore-refused', hint: expect.stringContaining('CREATEDB') });
});

test('the roles of a privilege list are found, quoted ones too, PUBLIC not', async () => {
  const roles = aclRoles(['=T/owner', 'app=CTc/owner', '"we ""ird=x"=c/"own/er"']);
  expect(roles).toEqual(['owner', 'app', 'owner', 'we "ird=x', 'own/er']);
  const url = await freshDatabase();
  expect(await session(url, (client) => missingRoles(client, [...roles, 'backstop']))).toEqual([
    'app',
    'own/er',
    'owner',
    'we "ird=x',
  ]);
});
