import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { databaseSettingsSchema } from '../../lib/contract/manifest';
import { readDatabaseSettings } from '../../lib/postgres/database-settings';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

async function settingsOf(url: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''");
    return await readDatabaseSettings(client);
  } finally {
    await client.end();
  }
}

test.each(sharedMajors())('PostgreSQL %i tells encoding, locale, owner and limits', async (major) => {
  const settings = await settingsOf(await freshDatabase(major));
  expect(databaseSettingsSchema.parse(settings)).toEqual(settings);
  expect(settings).toMatchObject({
    encoding: 'UTF8',
    localeProvider: 'c',
    collate: 'C.UTF-8',
    ctype: 'C.UTF-8',
    locale: null,
    owner: 'backstop',
    comment: null,
    acl: null,
    connectionLimit: -1,
    settings: [],
  });
});

test.each(sharedMajors())(
  'PostgreSQL %i tells what was set for the database and for a role in it',
  async (major) => {
    const url = await freshDatabase(major);
    const name = new URL(url).pathname.slice(1);
    const role = `role "${randomBytes(4).toString('hex')}`;
    const quoted = `"${role.replaceAll('"', '""')}"`;
    await query(
      url,
      `CREATE ROLE ${quoted};
     ALTER DATABASE ${name} SET search_path = app, "Odd name";
     ALTER DATABASE ${name} SET work_mem = '5MB';
     ALTER ROLE ${quoted} IN DATABASE ${name} SET statement_timeout = '9s';
     ALTER ROLE ${quoted} SET lock_timeout = '1s';
     COMMENT ON DATABASE ${name} IS 'it''s ours';
     REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC;
     ALTER DATABASE ${name} CONNECTION LIMIT 7`,
    );
    const settings = await settingsOf(url);
    await query(
      url,
      `DROP OWNED BY ${quoted}; ALTER ROLE ${quoted} IN DATABASE ${name} RESET ALL; DROP ROLE ${quoted}`,
    );
    expect(databaseSettingsSchema.parse(settings)).toEqual(settings);
    expect(settings).toMatchObject({
      comment: "it's ours",
      acl: ['=T/backstop', 'backstop=CTc/backstop'],
      connectionLimit: 7,
      settings: [
        { role: null, setting: 'search_path=app, "Odd name"' },
        { role: null, setting: 'work_mem=5MB' },
        { role, setting: 'statement_timeout=9s' },
      ],
    });
  },
);

test('an ICU database tells its locale', async () => {
  const maintenance = await freshDatabase();
  const name = `icu_${randomBytes(4).toString('hex')}`;
  await query(
    maintenance,
    `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk'`,
  );
  const url = new URL(maintenance);
  url.pathname = `/${name}`;
  expect(await settingsOf(url.toString())).toMatchObject({
    localeProvider: 'i',
    locale: expect.stringContaining('de'),
    collationVersion: expect.any(String),
  });
});

test('a setting whose value may be a secret is named without it', async () => {
  const url = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  await query(
    url,
    `ALTER DATABASE "${name}" SET app.jwt_secret = 'hunter2'; ALTER DATABASE "${name}" SET work_mem = '8MB'`,
  );
  const { settings } = await settingsOf(url);
  expect(settings).toEqual([
    { role: null, setting: 'app.jwt_secret', hidden: true },
    { role: null, setting: 'work_mem=8MB' },
  ]);
});
