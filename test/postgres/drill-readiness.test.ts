import type { CatalogEntry } from '../../lib/contract/inventory';
import type { Manifest } from '../../lib/contract/manifest';
import { readCatalog } from '../../lib/postgres/catalog/read-catalog';
import { connectionTarget } from '../../lib/postgres/connection';
import { readDatabaseSettings } from '../../lib/postgres/database-settings';
import { demandDrillReadiness } from '../../lib/postgres/drill-readiness';
import type { DrillServer } from '../../lib/postgres/drill-server';
import { givenServer } from '../../lib/postgres/given-server';
import { withSession } from '../../lib/postgres/target-server';
import { serverRequest } from '../support/drill-servers';
import { query } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';

type Needs = Pick<Manifest, 'extensions' | 'databaseSettings' | 'catalog'>;

function serverOf(url: string): Promise<DrillServer> {
  return givenServer(connectionTarget(url, {})).with(serverRequest({ major: 12 }), (server) =>
    Promise.resolve(server),
  );
}

/** What a manifest of this database would say. */
function needsOf(url: string): Promise<Needs> {
  return withSession(connectionTarget(url, {}), async (client) => {
    await client.query('BEGIN');
    const catalog = await readCatalog(client);
    const databaseSettings = await readDatabaseSettings(client);
    await client.query('ROLLBACK');
    return { extensions: [], catalog, databaseSettings };
  });
}

const entry = (kind: string, facts: CatalogEntry['facts']): CatalogEntry => ({
  kind,
  identity: 'public.x',
  facts,
});

const settings = (more: Partial<Manifest['databaseSettings']>) => (needs: Needs) => ({
  ...needs,
  databaseSettings: { ...needs.databaseSettings, ...more },
});
const catalog = (kind: string, facts: CatalogEntry['facts']) => (needs: Needs) => ({
  ...needs,
  catalog: [...needs.catalog, entry(kind, facts)],
});

const trialsLeft = (url: string) =>
  query(url, `SELECT datname FROM pg_database WHERE datname LIKE 'drill_trial_%'`);

test.each(sharedMajors())(
  'PostgreSQL %i: a server that has all of it is ready, and nothing stays there',
  async (major) => {
    const url = await freshDatabase(major);
    await query(
      url,
      `CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de'); CREATE COLLATION plain (PROVIDER = libc, LOCALE = 'C.UTF-8');
     CREATE COLLATION loose (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
     CREATE TYPE pair AS (a text COLLATE "C", b text COLLATE german);
     CREATE TABLE t (a text COLLATE "POSIX", b text COLLATE german); CREATE INDEX ON t (b COLLATE ucs_basic, a COLLATE german)`,
    );
    const needs = await needsOf(url);
    // Another version than the server's.
    const extensions = [{ name: 'citext', version: '0.1', schema: 'public' }];
    await demandDrillReadiness(await serverOf(url), { ...needs, extensions });
    expect(await trialsLeft(url)).toEqual([]);
  },
);

test.each([
  [
    'a locale of libc',
    settings({ collate: 'tlh_QO.UTF-8', ctype: 'tlh_QO.UTF-8' }),
    /locale tlh_QO.UTF-8 \(libc\) of the database: could not create locale/,
  ],
  [
    'a half of one',
    settings({ collate: 'C', ctype: 'tlh_QO.UTF-8' }),
    /locale C with tlh_QO.UTF-8 \(libc\) of the database/,
  ],
  [
    'a locale of another encoding',
    settings({ encoding: 'LATIN1', collate: 'C.UTF-8', ctype: 'C.UTF-8' }),
    /locale C.UTF-8 \(libc\) of the database: .*LATIN1/,
  ],
  [
    'a locale of ICU',
    settings({ localeProvider: 'i', locale: 'not a locale' }),
    /locale not a locale \(ICU\) of the database/,
  ],
  [
    'a built-in locale',
    settings({ localeProvider: 'b', locale: 'tlh' }),
    /locale tlh \(built-in\) of the database/,
  ],
  [
    'a collation of libc',
    catalog('collation', { provider: 'libc', collate: 'tlh_QO', ctype: 'C' }),
    /collation public.x of the locale tlh_QO with C \(libc\)/,
  ],
  [
    'a collation of ICU',
    catalog('collation', { provider: 'ICU', locale: 'not a locale' }),
    /collation public.x of the locale not a locale \(ICU\)/,
  ],
  ['a tablespace', catalog('table', { tablespace: 'fast disk' }), /tablespace fast disk$/],
  [
    "a column's collation",
    catalog('column', { collation: 'pg_catalog."tlh_QO"' }),
    /collation "tlh_QO" of the server's operating system/,
  ],
  [
    "a domain's collation",
    catalog('domain', { collation: 'pg_catalog.tlh' }),
    /collation "tlh" of the server's/,
  ],
  [
    "an index's collation",
    catalog('index', { definition: 'CREATE INDEX i ON public.t USING btree (a COLLATE "tlh_QO" DESC)' }),
    /collation "tlh_QO" of the server's/,
  ],
  [
    "a composite type's collation",
    catalog('composite type', { attributes: 'a text COLLATE pg_catalog."tlh_QO", b text' }),
    /collation "tlh_QO" of the server's/,
  ],
])('%s that the server lacks is named', async (_, change, words) => {
  const url = await freshDatabase();
  await expect(demandDrillReadiness(await serverOf(url), change(await needsOf(url)))).rejects.toMatchObject({
    kind: 'restore-refused',
    message: expect.stringMatching(words),
  });
  expect(await trialsLeft(url)).toEqual([]);
});

test('a collation of the database itself is not looked for on the server, nor one that only a text names', async () => {
  const url = await freshDatabase();
  const needs = await needsOf(url);
  const index = entry('index', {
    definition: 'CREATE INDEX i ON public.t USING btree (a COLLATE app."tlh_QO", b COLLATE app.tlh)',
  });
  const others = [
    entry('column', { collation: 'public.tlh' }),
    entry('function', { source: 'x COLLATE "tlh_QO"' }),
  ];
  await demandDrillReadiness(await serverOf(url), { ...needs, catalog: [index, ...others] });
});

test.each([
  ['throw-away', 'The throw-away server', /drill\.image.*install the packages/],
  ['server', 'The server', /Install it on the server/],
] as const)('everything that a %s lacks is named at once, with what to do', async (kind, name, hint) => {
  const url = await freshDatabase();
  const needs = {
    ...catalog('column', { collation: 'pg_catalog."tlh_QO"' })(
      settings({ collate: 'tlh_QO' })(await needsOf(url)),
    ),
    extensions: [
      { name: 'postgis', version: '3.4.2', schema: 'public' },
      { name: 'plpgsql', version: '1.0', schema: 'pg_catalog' },
      { name: 'vector', version: '0.7.0', schema: 'public' },
    ],
  };
  await expect(demandDrillReadiness({ ...(await serverOf(url)), kind }, needs)).rejects.toMatchObject({
    message: expect.stringMatching(
      new RegExp(
        `^${name} \\(PostgreSQL [\\d.]+\\) lacks what the database needs:\n  extension postgis \\(3.4.2 in the database\\)\n` +
          `  extension vector \\(0.7.0 in the database\\)\n  locale tlh_QO with .*\n  collation "tlh_QO" [^\n]*$`,
      ),
    ),
    hint: expect.stringMatching(hint),
  });
});
