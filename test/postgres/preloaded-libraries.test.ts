import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { demandDrillReadiness } from '../../lib/postgres/drill-readiness';
import { readDatabaseSettings } from '../../lib/postgres/database-settings';
import { withSession } from '../../lib/postgres/target-server';
import { preloadSettings } from '../../lib/postgres/throw-away/preloaded-libraries';
import { throwAwayServers } from '../../lib/postgres/throw-away-server';
import { scratchRoot, serverRequest } from '../support/drill-servers';
import { extendedServerPrograms, type MadeExtension } from '../support/extended-server';
import { sharedMajors } from '../support/shared-servers';

function programsBeside(...libraries: string[]): string {
  const root = scratchRoot();
  mkdirSync(path.join(root, 'lib'));
  for (const library of libraries) writeFileSync(path.join(root, 'lib', library), '');
  return path.join(root, 'bin');
}

test('citus is loaded first; what is not installed, not needed or not known is not loaded', () => {
  const bin = programsBeside('citus.so', 'pgaudit.so', 'pg_squeeze.so', 'other.so');
  expect(preloadSettings(['pgaudit', 'timescaledb', 'other', 'citus'], 'drilled', bin)).toEqual({
    shared_preload_libraries: 'citus,pgaudit',
  });
});

test('without such extensions nothing is set', () => {
  expect(preloadSettings(['citext'], 'drilled', programsBeside('pgaudit.so'))).toEqual({});
});

test('pg_cron works in the database of the drill, and runs none of its jobs', () => {
  expect(preloadSettings(['pg_cron'], 'drilled', programsBeside('pg_cron.dylib'))).toEqual({
    shared_preload_libraries: 'pg_cron',
    'cron.database_name': 'drilled',
    'cron.launch_active_jobs': 'off',
  });
});

/** What the server loaded, once it was found ready for the extensions. */
function loadedFor(major: number, made: readonly MadeExtension[], postgresBin: string): Promise<unknown> {
  const extensions = made.map(({ name }) => name);
  return throwAwayServers.with(serverRequest({ major, extensions, postgresBin }), (server) =>
    withSession(server.maintenance, async (client) => {
      await demandDrillReadiness(server, {
        extensions: extensions.map((name) => ({ name, version: '1.0', schema: 'public' })),
        databaseSettings: await readDatabaseSettings(client),
        catalog: [],
      });
      for (const name of extensions) await client.query(`CREATE EXTENSION "${name}"`);
      return (await client.query<Record<string, unknown>>('SHOW shared_preload_libraries')).rows[0];
    }),
  );
}

test.each(sharedMajors())(
  'PostgreSQL %i: an installed library is loaded when the server starts',
  async (major) => {
    const made = [{ name: 'pgaudit', library: true }];
    const bin = extendedServerPrograms(major, made);
    if (bin === undefined) return;
    const loaded = await loadedFor(major, made, bin);
    expect(loaded).toEqual({ shared_preload_libraries: 'pgaudit' });
  },
);

test.each(sharedMajors())(
  'PostgreSQL %i: one that cannot be loaded is named before its extension is made',
  async (major) => {
    const made = [{ name: 'pgaudit', library: false }];
    const bin = extendedServerPrograms(major, made);
    if (bin === undefined) return;
    await expect(loadedFor(major, made, bin)).rejects.toMatchObject({
      kind: 'restore-refused',
      message: expect.stringContaining('extension pgaudit: pgaudit is not in shared_preload_libraries'),
    });
  },
);

test.each(sharedMajors())(
  'PostgreSQL %i: pg_cron is ready on a throw-away server, and on none that is given',
  async (major) => {
    const postgresBin = extendedServerPrograms(major, [{ name: 'pg_cron', library: true }]);
    if (postgresBin === undefined) return;
    const extensions = [{ name: 'pg_cron', version: '1.6', schema: 'pg_catalog' }];
    const request = serverRequest({ major, extensions: ['pg_cron'], postgresBin });
    await throwAwayServers.with(request, async (server) => {
      const databaseSettings = await withSession(server.maintenance, readDatabaseSettings);
      const needs = { extensions, databaseSettings, catalog: [] };
      await demandDrillReadiness(server, needs);
      await expect(demandDrillReadiness({ ...server, kind: 'server' }, needs)).rejects.toMatchObject({
        message: expect.stringMatching(/pg_cron for a new database \(it works only in .* cron.database_name/),
      });
    });
  },
);
