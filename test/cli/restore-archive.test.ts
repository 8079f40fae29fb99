import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { backstop } from '../support/backstop-cli';
import { archiveFolder, pgDump, sqlFile } from '../support/old-archives';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { shopDatabase } from '../support/small-database';

let shop: string;
beforeAll(async () => {
  shop = await shopDatabase();
});

function restore(...args: readonly string[]) {
  return restoreWith({}, ...args);
}

function restoreWith(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const server = new URL(shop);
  server.password = '';
  server.pathname = '';
  const all = ['restore', ...args, '--to', server.href, '--scratch', archiveFolder()];
  return backstop(all, { PGPASSWORD: TEST_PASSWORD, ...environment });
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
  ['a point with a checksum', ['newest', '--store', 'file:none', '--sha256', 'a']],
  ['checks of an archive', ['--archive', 'a', '--checks', '[]']],
  ['hooks of an archive', ['--archive', 'a', '--hooks', '{}']],
  ['a level of comparison', ['--archive', 'a', '--compare', 'content']],
  ['a confirmation', ['--archive', 'a', '--confirm', 'shop']],
  ['how long an old one is kept', ['--archive', 'a', '--keep-old-days', '7']],
  ['how old an archive may be', ['--archive', 'a', '--max-age-hours', '48']],
  ['a key of evidence', ['--archive', 'a', '--evidence-key', 'k.pem']],
  ['a key of manifests', ['--archive', 'a', '--public-key', 'k.pem']],
  ['a name for the audit without its store', ['--archive', 'a', '--database', 'shop']],
  ['a store without a name for the audit', ['--archive', 'a', '--store', 'file:none']],
  ['a name that no store takes', ['--archive', 'a', '--store', 'file:none', '--database', 'A B']],
  ['a bucket without a key', ['--archive', 's3://bucket']],
  ['an allowance that there is not', ['--archive', 'a', '--allow', 'everything']],
])('%s is refused with 2', async (_, args) => {
  expect((await restore(...args, '--target-database', 'cli_none')).exitCode).toBe(2);
});

test('a checksum without an archive is refused by its name', async () => {
  const { stderr } = await restore('newest', '--sha256', 'a', '--target-database', 'cli_none');
  expect(stderr).toContain('--sha256 is given without --archive');
});

test('what the environment says to other commands does not hinder an archive; no audit is told in a line', async () => {
  const environment = {
    BACKSTOP_DRILL_CHECKS: '[]',
    BACKSTOP_RESTORE_HOOKS: '{}',
    BACKSTOP_DATABASE: 'shop',
  };
  const archive = sqlFile('CREATE TABLE public.t (a int);');
  const { exitCode, stderr } = await restoreWith(
    environment,
    '--archive',
    archive,
    '--target-database',
    'cli_environment',
  );
  expect(exitCode).toBe(0);
  expect(stderr).toContain('The audit does not tell of this restore: no store is named');
});

describe('the audit', () => {
  const told = (exitCode: number, overrides: readonly string[] = []) => ({
    entries: [
      {
        program: 'restore',
        database: 'shop',
        state: 'ended',
        who: 'ann',
        reason: 'old',
        exitCode,
        overrides,
      },
    ],
  });

  async function audited(store: string, sql: string, target: string, ...more: readonly string[]) {
    const archive = sqlFile(sql);
    const where = [
      '--store',
      `file:${store}`,
      '--database',
      'shop',
      '--requested-by',
      'ann',
      '--reason',
      'old',
    ];
    const { exitCode, stderr } = await restore(
      '--archive',
      archive,
      '--target-database',
      target,
      ...where,
      ...more,
    );
    const printed = await backstop(['audit', '--store', `file:${store}`, '--json']);
    return { archive, exitCode, stderr, runs: JSON.parse(printed.stdout) as unknown };
  }

  test('tells of an archive and its target, in the store that is named', async () => {
    const { archive, exitCode, runs } = await audited(
      archiveFolder(),
      'CREATE TABLE public.t (a int);',
      'cli_audited',
      ...['--allow', 'no-end-line'],
    );
    expect(exitCode).toBe(0);
    expect(JSON.stringify(runs)).toContain(`archive ${archive} into`);
    expect(runs).toMatchObject(told(0, ['no-end-line']));
  });

  test('tells how one failed', async () => {
    const { exitCode, runs } = await audited(archiveFolder(), 'SELECT 1/0;', 'cli_audited_failed');
    expect(exitCode).toBe(9);
    expect(runs).toMatchObject(told(9));
  });

  test('that takes nothing is a warning', async () => {
    const store = path.join(archiveFolder(), 'file');
    writeFileSync(store, '');
    const archive = sqlFile('CREATE TABLE public.t (a int);');
    const where = ['--store', `file:${store}`, '--database', 'shop'];
    const { exitCode, stderr } = await restore(
      '--archive',
      archive,
      '--target-database',
      'cli_no_audit',
      ...where,
    );
    expect(exitCode).toBe(0);
    expect(stderr).toContain('The audit lacks this restore');
  });
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
