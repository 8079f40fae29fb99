/** The very program, in a process of its own: what it refuses, and what it prints where it takes a place. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { backstop } from '../support/backstop-cli';
import { drillBench } from '../support/drill-bench';
import { makeBench, type Bench } from '../support/make-backup';
import { query, TEST_PASSWORD } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';

interface Shop {
  readonly bench: Bench;
  readonly name: string;
  /** A database of the same server that is there always. */
  readonly server: string;
  restore(...args: readonly string[]): ReturnType<typeof backstop>;
}

/** A shop that was backed up, and from which rows are deleted since. */
async function damagedShop(): Promise<Shop> {
  const bench = await makeBench(await shopDatabase());
  await bench.backup();
  await query(bench.url, 'DELETE FROM audit_log');
  const to = new URL(bench.url);
  const name = to.pathname.slice(1);
  to.pathname = '';
  const server = new URL('/postgres', to).href;
  to.password = '';
  const env = {
    BACKSTOP_STORE: bench.store.url,
    BACKSTOP_PUBLIC_KEYS: bench.publicKeyFile,
    BACKSTOP_SCRATCH: bench.scratchRoot,
    BACKSTOP_TO: to.href,
    PGPASSWORD: TEST_PASSWORD,
  };
  return { bench, name, server, restore: (...args) => backstop(['restore', ...args], env) };
}

const databases = async ({ server, name }: Shop) =>
  (
    await query(
      server,
      `SELECT datname::text AS name FROM pg_database WHERE datname LIKE '${name}%' ORDER BY 1`,
    )
  ).map((row) => row['name'] as string);

const rowsIn = async (url: string) =>
  (await query(url, 'SELECT count(*)::int AS n FROM audit_log'))[0]?.['n'];

let shop: Shop;
beforeAll(async () => {
  shop = await damagedShop();
});

describe('where nobody can be asked', () => {
  test.each(['--swap', '--replace'])(
    '%s without --confirm is refused with 8, and nothing is changed',
    async (mode) => {
      const { exitCode, stderr } = await shop.restore('newest', mode, shop.name, '--allow', 'unproven');
      expect(exitCode).toBe(8);
      expect(stderr).toContain('must be typed, and nobody can be asked here');
      expect(stderr).toContain(`Type the name, or give --confirm ${shop.name}`);
      expect(await databases(shop)).toEqual([shop.name]);
    },
  );

  test('another name by --confirm is refused with 8, too', async () => {
    const args = ['--swap', shop.name, '--allow', 'unproven', '--confirm', 'production'];
    const { exitCode, stderr } = await shop.restore('newest', ...args);
    expect(exitCode).toBe(8);
    expect(stderr).toContain(`"production" was typed; the database is ${shop.name}.`);
    expect(await databases(shop)).toEqual([shop.name]);
  });
});

test('what stands in the way is told, each with its switch', async () => {
  const { exitCode, stderr } = await shop.restore('newest', '--swap', shop.name, '--confirm', shop.name);
  expect(exitCode).toBe(8);
  expect(stderr).toMatch(/is not proven restorable: .*--evidence-key.* Overridden by --allow unproven\./);
});

test('--swap with the name confirmed takes the place, and the way back is printed', async () => {
  const live = await damagedShop();
  const args = ['--swap', live.name, '--confirm', live.name, '--allow', 'unproven'];
  const { exitCode, stdout } = await live.restore('newest', ...args);
  expect(exitCode).toBe(0);
  expect(await rowsIn(live.bench.url)).toBe(100);
  const [, kept = ''] = await databases(live);
  expect(kept).toMatch(/_before_\d{8}t\d{6}z$/);
  expect(stdout).toContain(`It took the place of ${live.name}. The old database is ${kept};`);
  expect(stdout).toMatch(
    new RegExp(`The way back.*\n[^]*ALTER DATABASE "${kept}" RENAME TO "${live.name}";`),
  );
});

test('evidence of a drill that is believed lets it take the place; --json tells how', async () => {
  const live = await damagedShop();
  const drills = await drillBench(live.bench);
  await drills.drill();
  const args = [
    '--replace',
    live.name,
    '--confirm',
    live.name,
    '--evidence-key',
    drills.evidencePublicKeyFile,
  ];
  const { exitCode, stdout } = await live.restore('newest', ...args, '--json');
  expect(exitCode).toBe(0);
  const [, kept = ''] = await databases(live);
  expect(JSON.parse(stdout)).toMatchObject({
    differences: [],
    tookPlace: { name: live.name, keptAs: kept, wayBack: expect.arrayContaining(['BEGIN', 'COMMIT']) },
  });
});

test.each([
  ['two ways at once', ['newest', '--swap', 'a', '--replace', 'a'], 'cannot be used with'],
  [
    '--confirm for a new database',
    ['newest', '--target-database', 'a', '--confirm', 'a'],
    'nothing to confirm',
  ],
  [
    'a refusal that there is not',
    ['newest', '--swap', 'a', '--allow', 'all'],
    'Allowed are old, unproven, other-system',
  ],
  [
    'a refusal of archives',
    ['newest', '--swap', 'a', '--allow', 'no-end-line'],
    'means nothing for a recovery point',
  ],
  [
    'a hook without a name',
    ['newest', '--target-database', 'a', '--hooks', '{ "before": [{ "command": ["true"] }] }'],
    'before[0].name',
  ],
  [
    'hooks in a file that is not there',
    ['newest', '--target-database', 'a', '--hooks', 'nowhere.json'],
    'nowhere.json holds no hooks',
  ],
  [
    'an archive with a place',
    ['--archive', 'a.sql', '--swap', 'a'],
    "'--archive <file>' cannot be used with",
  ],
  [
    'an archive with checks',
    ['--archive', 'a.sql', '--target-database', 'a', '--checks', '[]'],
    '--checks means nothing for an archive',
  ],
  [
    'tables with a place',
    ['newest', '--table', 'invoice', '--swap', 'a'],
    "'--table <patterns...>' cannot be used with",
  ],
  [
    'tables with hooks',
    ['newest', '--table', 'invoice', '--target-database', 'a', '--hooks', '{}'],
    'cannot be used with',
  ],
])('%s: refused with 2', async (_, args, told) => {
  const { exitCode, stderr } = await shop.restore(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(told) });
});

test('hooks come from a file, and run around the restore', async () => {
  const live = await damagedShop();
  const file = path.join(path.dirname(live.bench.scratchRoot), 'hooks.json');
  const said = (name: string) => ({
    name,
    command: ['sh', '-c', 'echo "$BACKSTOP_OUTCOME $BACKSTOP_RESTORED_DATABASE"'],
  });
  writeFileSync(file, JSON.stringify({ before: [said('suspend')], after: [said('resume')] }));
  const { exitCode, stderr } = await live.restore(
    'newest',
    '--target-database',
    `${live.name}_hooked`,
    '--hooks',
    file,
  );
  expect(exitCode).toBe(0);
  expect(stderr).toContain(`Hook "suspend": begins ${live.name}_hooked`);
  expect(stderr).toContain(`Hook "resume": restored ${live.name}_hooked`);
});
