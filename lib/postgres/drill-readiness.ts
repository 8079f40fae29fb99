/** Whether a server has what a database needs beside its data: asked before anything is fetched. */
import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { Failure } from '../contract/failure';
import type { Manifest } from '../contract/manifest';
import { createDatabase, dropDatabase } from './create-database';
import { lackingLocales, type LocaleNeeds } from './drill-locales';
import type { DrillServer } from './drill-server';
import { lackingTablespaces } from './drill-tablespaces';
import { withMaintenance } from './target-server';
import { libraryToCreate } from './throw-away/preloaded-libraries';

type Needs = LocaleNeeds & Pick<Manifest, 'extensions'>;

/** @throws Failure `restore-refused` naming every extension, tablespace, locale and collation that the server lacks */
export async function demandDrillReadiness(server: DrillServer, needs: Needs): Promise<void> {
  const lacking = await withMaintenance(server.maintenance, async (client) => [
    ...(await lackingExtensions(client, server.kind, needs.extensions)),
    // A throw-away server gets them: drill-roles.ts
    ...(server.kind === 'throw-away' ? [] : await lackingTablespaces(client, needs)).map(
      (name) => `tablespace ${name}`,
    ),
    ...(await inTrialDatabase(server, client, needs.databaseSettings, (there) =>
      lackingLocales(there, needs),
    )),
  ]);
  if (lacking.length === 0) return;
  const where = server.kind === 'throw-away' ? 'The throw-away server' : 'The server';
  throw new Failure(
    'restore-refused',
    [`${where} (PostgreSQL ${server.version}) lacks what the database needs:`, ...lacking].join('\n  '),
    { hint: server.kind === 'throw-away' ? THROW_AWAY_HINT : GIVEN_HINT },
  );
}

const THROW_AWAY_HINT =
  'A drill task: name an image of PostgreSQL that has it by the setting drill.image. On this machine: install the ' +
  'packages of the extensions and the locales of the system (locale-gen, or locales-all), or name another server by --to.';
const GIVEN_HINT = 'Install it on the server, or drill on another one.';

const ONE_DATABASE = 'it works only in the one that cron.database_name names';

/** Another version will do: the compare reports it. */
async function lackingExtensions(
  client: Client,
  kind: DrillServer['kind'],
  wanted: Manifest['extensions'],
): Promise<string[]> {
  const available = await client.query<{ name: string }>(
    'SELECT name FROM pg_catalog.pg_available_extensions',
  );
  const names = new Set(available.rows.map(({ name }) => name));
  const preloaded = await preloadedLibraries(client);
  return wanted.flatMap(({ name, version }) => {
    if (!names.has(name)) return [`extension ${name} (${version} in the database)`];
    // On a throw-away server it is ours: preloaded-libraries.ts
    if (kind === 'server' && name === 'pg_cron')
      return [`extension pg_cron for a new database (${ONE_DATABASE})`];
    const library = libraryToCreate(name);
    if (library === undefined || preloaded === undefined || preloaded.includes(library)) return [];
    return [`extension ${name}: ${library} is not in shared_preload_libraries`];
  });
}

/** undefined where the server does not tell us. */
async function preloadedLibraries(client: Client): Promise<string[] | undefined> {
  const { rows } = await client.query<{ setting: string }>(
    `SELECT setting FROM pg_catalog.pg_settings WHERE name = 'shared_preload_libraries'`,
  );
  return rows[0]?.setting.split(',').map((library) => library.trim().replaceAll('"', ''));
}

/** Of the same encoding, since a locale belongs to one; in C, which goes with all of them. */
async function inTrialDatabase<T>(
  { maintenance, major }: DrillServer,
  client: Client,
  settings: Manifest['databaseSettings'],
  task: (client: Client) => Promise<T>,
): Promise<T> {
  const database = `drill_trial_${randomBytes(6).toString('hex')}`;
  const plain = { ...settings, localeProvider: 'c', collate: 'C', ctype: 'C' } as const;
  await createDatabase(client, database, plain, major);
  try {
    return await withMaintenance({ ...maintenance, database }, task);
  } finally {
    await dropDatabase(client, database);
  }
}
