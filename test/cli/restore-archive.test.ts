import { backstop } from '../support/backstop-cli';
import { archiveFolder, pgDump, sqlFile } from '../support/old-archives';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';

let shop: string;
beforeAll(async () => {
  shop = await shopDatabase();
});

function restore(...args: readonly string[]) {
  const server = new URL(shop);
  server.password = '';
  server.pathname = '';
  const all = ['restore', ...args, '--to', server.href, '--scratch', archiveFolder()];
  return backstop(all, { PGPASSWORD: TEST_PASSWORD });
}

test('an archive is restored without a store, and it is said that nothing was compared with the original', async () => {
  const archive = await pgDump(shop, 'a.dump', ['-Fc']);
  const text = await restore('--archive', archive, '--target-database', 'cli_archive');
  expect(text.exitCode).toBe(0);
  expect(text.stdout).toContain('nothing with the original: the archive carries no inventory of it');
  const json = await restore('--archive', archive, '--target-database', 'cli_archive_json', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ created: true, held: { rows: 22600 }, differences: [] });
});

test.each([
  ['neither', []],
  ['both', ['newest', '--archive', 'a.dump']],
  ['a point with a checksum', ['newest', '--sha256', 'a']],
  ['a bucket without a key', ['--archive', 's3://bucket']],
  ['an allowance that there is not', ['--archive', 'a', '--allow', 'everything']],
])('%s is refused with 2', async (_, args) => {
  expect((await restore(...args, '--target-database', 'cli_none')).exitCode).toBe(2);
});

test('a refusal ends with its code, and says which switch lets it through', async () => {
  const { exitCode, stderr } = await restore(
    '--archive',
    sqlFile('DROP DATABASE x;'),
    '--target-database',
    'cli_none',
  );
  expect(exitCode).toBe(8);
  expect(stderr).toContain('--allow creates-databases');
});
