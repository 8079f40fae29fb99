import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pointPrefix } from '../../lib/contract/object-keys';
import { pointReadme, type ReadmePoint } from '../../lib/contract/point-readme';
import { commandsOf, followReadme } from '../support/follow-readme';
import { query, serverBinDirectory } from '../support/postgres-cluster';
import { freshDatabase, sharedMajors } from '../support/shared-servers';
import { run } from '../support/spawn';

const point: ReadmePoint = {
  id: '20261120T020000Z-0a1b2c',
  database: 'shop',
  sourceDatabase: 'shop',
  class: 'daily',
  snapshotAt: '2026-11-20T02:00:01.000Z',
  format: 'directory',
  server: { version: '15.18', major: 15 },
  extensions: [],
  databaseSettings: {
    encoding: 'UTF8',
    localeProvider: 'c',
    collate: 'C.UTF-8',
    ctype: 'C.UTF-8',
    locale: null,
    icuRules: null,
    collationVersion: null,
    owner: 'app',
    comment: null,
    acl: null,
    connectionLimit: -1,
    settings: [],
  },
};

const DUMPS = [
  ['directory', 'dump/', ['-Fd']],
  ['custom', 'dump.custom', ['-Fc']],
  ['plain', 'dump.sql', ['-Fp', '--no-owner', '--no-privileges']],
  ['plain', 'dump.sql.gz', ['-Fp', '-Z1', '--no-owner', '--no-privileges']],
] as const;

const cases = sharedMajors().flatMap((major) => DUMPS.map((dump) => [major, ...dump] as const));

test.each(cases)(
  'PostgreSQL %i, %s: following %s of the text restores every row',
  async (major, format, dump, args) => {
    const folder = mkdtempSync(path.join(tmpdir(), "backstop readme's-"));
    try {
      const source = await freshDatabase(major);
      await query(
        source,
        `CREATE TABLE kept (id int PRIMARY KEY, word text);
       INSERT INTO kept SELECT i, 'wörd ' || i FROM generate_series(1, 500) i`,
      );
      const stored = path.join(folder, 'store', pointPrefix('daily', 'shop', point.id));
      mkdirSync(stored, { recursive: true });
      const bin = serverBinDirectory(major);
      await run(`${bin}/pg_dump`, [...args, '-f', path.join(stored, dump), '-d', source]);
      const server = { version: `${major}.1`, major };
      const readme = pointReadme({ ...point, format, server }, dump, `file:${folder}/store`);
      writeFileSync(path.join(stored, 'README.txt'), readme);
      const restored = await followReadme(readme, folder, new URL(source), {
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      });
      expect(
        await query(restored, 'SELECT count(*)::int AS n, max(word) FILTER (WHERE id = 7) AS w FROM kept'),
      ).toEqual([{ n: 500, w: 'wörd 7' }]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test('an ICU database is made again with its locale', () => {
  const settings = { ...point.databaseSettings, localeProvider: 'i' as const, locale: 'de-u-co-phonebk' };
  expect(pointReadme({ ...point, databaseSettings: settings }, 'dump/', 's3://backups')).toContain(
    '--locale-provider=icu --icu-locale=de-u-co-phonebk',
  );
});

test('a server before 15 is given no option that its createdb lacks', () => {
  const readme = pointReadme({ ...point, server: { version: '14.9', major: 14 } }, 'dump/', 's3://backups');
  expect(readme).not.toContain('locale-provider');
});

test('names chosen by users cannot smuggle in a line that looks like a command', () => {
  const settings = [{ role: "app\n    rm -rf '$HOME'", setting: 'search_path=a\n    true' }];
  const readme = pointReadme(
    {
      ...point,
      sourceDatabase: 'shop\n    true',
      extensions: [{ name: 'x\n    true', version: '1\r    true', schema: 'public' }],
      databaseSettings: { ...point.databaseSettings, collate: "C'; true #", settings },
    },
    'dump/',
    's3://backups',
  );
  expect(commandsOf(readme)).toEqual([
    'FROM=s3://backups/points/daily/postgres/shop/20261120T020000Z-0a1b2c/',
    'DATABASE=restored',
    'aws s3 cp --recursive "$FROM" point/',
    `createdb --template=template0 --encoding=UTF8 '--lc-collate=C'\\''; true #' --lc-ctype=C.UTF-8 --locale-provider=libc "$DATABASE"`,
    ...['pre-data', 'data', 'post-data'].map(
      (section) =>
        `pg_restore --section=${section} --jobs=4 --exit-on-error --no-owner --no-privileges --dbname="$DATABASE" point/dump/`,
    ),
    'psql -X --dbname="$DATABASE" --command=ANALYZE',
  ]);
});
