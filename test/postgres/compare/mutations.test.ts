/** Every line of the table of mutations, on databases that were really dumped and restored: found, and named in words. */
import type { Client } from 'pg';
import {
  compareDatabaseSettings,
  compareLocale,
} from '../../../lib/postgres/compare/compare-database-settings';
import { compareRestored } from '../../../lib/postgres/compare/compare-restored';
import { applyOwnership, applySettings } from '../../../lib/postgres/create-database';
import { readDatabaseSettings } from '../../../lib/postgres/database-settings';
import { FIXTURES, fixtureDatabase, restoredTwin, type Fixture } from '../../support/awkward-database';
import { connected, inLines, inside, recorded, type Recorded } from '../../support/recorded-database';
import { sharedMajors } from '../../support/shared-servers';
import { MUTATIONS } from './mutations';

interface Restored {
  readonly expected: Recorded;
  readonly name: string;
  readonly client: Client;
}

/** Dumped, restored and given the source's own settings, as a restore does. */
async function restored(fixture: Fixture, major: number): Promise<Restored> {
  const source = await fixtureDatabase(fixture, major);
  const expected = await recorded(source, 'rows+content', major);
  const twin = await restoredTwin(source, major);
  const name = new URL(twin).pathname.slice(1);
  const client = await connected(twin);
  await applySettings(client, name, expected.settings);
  await applyOwnership(client, name, expected.settings);
  return { expected, name, client };
}

/** Every difference in words. @param client outside a transaction, or inside(…) one */
async function differenceLines({ expected }: Restored, client: Client): Promise<string[]> {
  const archive = { sequences: expected.data.sequences };
  const { differences } = await compareRestored({ expected, clients: [client], owners: true, archive });
  const actual = await readDatabaseSettings(client);
  const applied = { owners: true, created: true, leftOut: [] };
  const ofDatabase = [
    ...compareLocale(expected.settings, actual),
    ...compareDatabaseSettings(expected.settings, actual, applied),
  ];
  return inLines({ differences: [...differences, ...ofDatabase] });
}

const AS_SUPERUSER = 'SET LOCAL session_replication_role = replica; SET LOCAL allow_system_table_mods = on';

/** What the comparison says of the mutated database, which is as before when this returns. */
async function mutated(one: Restored, sql: string): Promise<string[]> {
  const { client, name, expected } = one;
  await client.query('BEGIN');
  try {
    await client.query(
      `${AS_SUPERUSER}; ${sql.replaceAll(':db', name)}; SET LOCAL session_replication_role = origin`,
    );
    return await differenceLines(one, inside(client));
  } finally {
    await client.query('ROLLBACK');
    for (const [sequence, { value, called }] of expected.data.sequences)
      await client.query('SELECT setval($1, $2, $3)', [sequence, value, called]);
  }
}

const ALL = Object.entries(MUTATIONS).flatMap(([group, mutations]) =>
  mutations.map(([fixture, name, sql, finds]) => ({ group, fixture, name, sql, finds })),
);

test('there are at least sixty mutations, and some for everything that a compare covers', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
  for (const mutations of Object.values(MUTATIONS)) expect(mutations.length).toBeGreaterThan(0);
});

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  const made = new Map<Fixture, Restored>();
  const of = (fixture: Fixture): Restored => {
    const one = made.get(fixture);
    if (one === undefined) throw new Error(`${fixture} was not restored`);
    return one;
  };
  beforeAll(async () => {
    for (const fixture of FIXTURES) made.set(fixture, await restored(fixture, major));
  });
  afterAll(async () => {
    for (const { client } of made.values()) await client.end();
  });

  test.each(FIXTURES)('%s: an untouched restore has no difference', async (fixture) => {
    expect(await differenceLines(of(fixture), of(fixture).client)).toEqual([]);
  });

  let found = 0;
  test.each(ALL)('$group: $name', async ({ fixture, sql, finds }) => {
    const lines = await mutated(of(fixture), sql);
    expect(lines).toEqual(
      expect.arrayContaining([typeof finds === 'string' ? finds : expect.stringMatching(finds)]),
    );
    // Named, not drowned: what follows from one mutation fits on a screen.
    expect(lines.length).toBeLessThan(12);
    found += 1;
  });

  test(`all ${ALL.length} mutations were found, and left nothing behind`, async () => {
    expect(found).toBe(ALL.length);
    for (const one of made.values()) expect(await differenceLines(one, one.client)).toEqual([]);
  });
});
