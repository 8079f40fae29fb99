/**
 * The same damage to rows and large objects, found as a drill finds it: with rows alone in the inventory, by the archive's
 * own lines against those of the damaged database.
 */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectionTarget } from '../../../lib/postgres/connection';
import { digestDatabase, digestDump } from '../../../lib/postgres/data-digests';
import { toolchainFor, type Toolchain } from '../../../lib/postgres/toolchain';
import { copyOf, fixtureDatabase, type Fixture } from '../../support/awkward-database';
import { query } from '../../support/postgres-cluster';
import { compare, inLines, recorded, type Recorded } from '../../support/recorded-database';
import { freshDatabase, sharedMajors } from '../../support/shared-servers';
import { run } from '../../support/spawn';
import { MUTATIONS } from './mutations';

interface Damage {
  readonly fixture: Fixture;
  readonly name: string;
  readonly sql: string;
  readonly finds: RegExp;
  /** Of the copies of a restored database, in which it is done: those that tell of the same thing are kept apart. */
  readonly copy: number;
}

const GROUPS = ['rows and content', 'large objects'];
const copiesOf = new Map<string, number>();

const DAMAGES = GROUPS.flatMap((group) => MUTATIONS[group] ?? []).map(
  ([fixture, name, sql, finds]): Damage => {
    const key = `${fixture} ${subjectOf(finds)}`;
    const copy = copiesOf.get(key) ?? 0;
    copiesOf.set(key, copy + 1);
    return { fixture, name, sql, finds: inTheBackup(finds), copy };
  },
);

/** A table by its name; large objects all together. */
function subjectOf(finds: string | RegExp): string {
  const line = typeof finds === 'string' ? finds : finds.source;
  return /table \S+|large object/.exec(line)?.[0] ?? '';
}

/** What hashes hold against the time of the backup, lines hold against the archive. */
function inTheBackup(finds: string | RegExp): RegExp {
  if (typeof finds !== 'string') return finds;
  const words = finds.replace(
    /(holds? other \w+) than when (it was|they were) backed up/,
    '$1 than in the backup',
  );
  return new RegExp(`^${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}

interface Restored {
  readonly expected: Recorded;
  readonly twin: string;
}

async function restored(fixture: Fixture, major: number, toolchain: Toolchain): Promise<Restored> {
  const source = await fixtureDatabase(fixture, major);
  const archive = path.join(tmpdir(), `${randomBytes(6).toString('hex')}.dump`);
  await run(toolchain.path('pg_dump'), ['-Fc', '-Z1', '-f', archive, source]);
  const twin = await freshDatabase(major);
  await run(toolchain.path('pg_restore'), ['--exit-on-error', '-d', twin, archive]);
  const data = await digestDump({ format: 'custom', path: archive }, toolchain, new AbortController().signal);
  return { expected: { ...(await recorded(source, 'rows', major)), data }, twin };
}

async function compareLines({ expected }: Restored, url: string, toolchain: Toolchain) {
  const target = connectionTarget(url, {});
  const lines = await digestDatabase(target, toolchain, expected.data, new AbortController().signal);
  const archive = { sequences: expected.data.sequences, data: { archive: expected.data, restored: lines } };
  return compare(url, expected, { archive });
}

/** In a copy, for good: the program that reads the lines has a session of its own. */
async function linesAfter(
  one: Restored,
  damages: readonly Damage[],
  toolchain: Toolchain,
): Promise<string[]> {
  const damaged = await copyOf(one.twin, toolchain.major);
  const statements = damages.map(({ sql }) => `${sql};`).join('\n');
  await query(
    damaged,
    `BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL allow_system_table_mods = on; ${statements} COMMIT`,
  );
  return inLines(await compareLines(one, damaged, toolchain));
}

const FIXTURES = [...new Set(DAMAGES.map(({ fixture }) => fixture))];

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  const made = new Map<Fixture, Restored>();
  const told = new Map<string, Promise<string[]>>();
  let toolchain: Toolchain;
  beforeAll(async () => {
    toolchain = await toolchainFor(major);
    for (const fixture of FIXTURES) made.set(fixture, await restored(fixture, major, toolchain));
  });

  test.each(FIXTURES)('%s: the lines of an untouched restore are those of the archive', async (fixture) => {
    const comparison = await compareLines(made.get(fixture)!, made.get(fixture)!.twin, toolchain);
    expect(inLines(comparison)).toEqual([]);
    expect(comparison.compared.content).toBe('copy');
  });

  test.each(DAMAGES)('$name', async ({ fixture, copy, finds }) => {
    const beside = DAMAGES.filter((other) => other.fixture === fixture && other.copy === copy);
    const key = `${fixture} ${copy}`;
    const lines = told.get(key) ?? linesAfter(made.get(fixture)!, beside, toolchain);
    told.set(key, lines);
    expect(await lines).toContainEqual(expect.stringMatching(finds));
  });
});

test('every damage to rows and large objects is done, in few copies', () => {
  expect(DAMAGES.length).toBeGreaterThanOrEqual(37);
  expect(new Set(DAMAGES.map(({ fixture, copy }) => `${fixture} ${copy}`)).size).toBeLessThan(20);
});
