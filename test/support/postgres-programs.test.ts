/** The servers' own client programs work, also those that bin/setup unpacked beside the machine's own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverBinDirectory } from './find-postgres';
import { query, startCluster, type Cluster } from './postgres-cluster';
import { sharedMajors } from './shared-servers';
import { run } from './spawn';

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  let cluster: Cluster;
  let home: string;
  const program = (name: string, args: string[]) => run(path.join(serverBinDirectory(major)!, name), args);

  beforeAll(async () => {
    cluster = await startCluster(major);
    home = mkdtempSync(path.join(tmpdir(), 'backstop-programs-'));
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(home, { recursive: true });
  });

  test('fills, dumps with parallel jobs and restores a database with contrib extensions', async () => {
    const source = await cluster.createDatabase();
    await query(source, 'CREATE EXTENSION citext; CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore');
    await program('pgbench', ['--initialize', '--quiet', source]);
    const archive = path.join(home, 'archive');
    const compression = major >= 16 ? 'zstd:1' : '1';
    await program('pg_dump', [
      '--format=directory',
      '--jobs=2',
      `--compress=${compression}`,
      `--file=${archive}`,
      `--dbname=${source}`,
    ]);
    expect(readdirSync(archive)).toContain('toc.dat');
    const target = await cluster.createDatabase();
    await program('pg_restore', ['--jobs=2', '--exit-on-error', `--dbname=${target}`, archive]);
    expect(await query(target, 'SELECT count(*)::int FROM pgbench_accounts')).toEqual([{ count: 100_000 }]);
  });

  test('finds its siblings: pg_dumpall runs pg_dump', async () => {
    const file = path.join(home, 'everything.sql');
    await program('pg_dumpall', ['--schema-only', `--file=${file}`, `--dbname=${cluster.url()}`]);
    expect(readFileSync(file, 'utf8')).toContain(`Dumped by pg_dump version ${major}`);
  });

  test('runs SQL under psql', async () => {
    const { stdout } = await program('psql', ['-XAt', '-c', 'SHOW server_version', cluster.url()]);
    expect(stdout).toMatch(new RegExp(`^${major}\\.`));
  });

  test('knows ICU collations', async () => {
    const url = await cluster.createDatabase();
    const sql = `SELECT string_agg(w, '' ORDER BY w COLLATE "de-x-icu") FROM unnest(ARRAY['z', 'ä', 'a']) w`;
    expect(await query(url, sql)).toEqual([{ string_agg: 'aäz' }]);
  });
});
