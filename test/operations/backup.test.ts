import { openEnvelope } from '../../lib/runtime/signed-document';
import { ARCHIVE_FORMATS, manifestSchema } from '../../lib/contract/manifest';
import { readDocument } from '../../lib/operations/read-manifest';
import { connectionTarget } from '../../lib/postgres/connection';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';

describe.each(sharedMajors())('PostgreSQL %s', (major) => {
  let url: string;
  beforeAll(async () => {
    url = await shopDatabase(major);
  });

  test.each(['directory', 'custom', 'plain'] as const)('a %s backup is whole and signed', async (format) => {
    const bench = await makeBench(url);
    const { manifest, manifestKey } = await bench.backup({ format });
    const payload = openEnvelope(
      await readDocument(bench.store, manifestKey),
      await bench.signer.trustedPublicKeys(),
      { name: manifestKey },
    );
    expect(manifestSchema.parse(payload)).toEqual(manifest);
    expect((await bench.keys('points/')).sort()).toEqual(manifest.files.map((file) => file.key).sort());
    expect(manifest).toMatchObject({
      type: 'recovery-point',
      format,
      class: 'daily',
      server: { major, role: 'primary' },
    });
    expect(manifest.inventory?.tables.map(({ name, rows }) => [name, rows]).sort()).toEqual([
      ['audit_log', 100],
      ['customer', 500],
      ['invoice', 2000],
      ['invoice_line', 20000],
    ]);
    expect(manifest.inventory?.largeObjects).toMatchObject({ count: 1, bytes: 14 });
    expect(manifest.compression).toBe(format !== 'plain' && major >= 16 ? 'zstd:1' : 'gzip:1');
  });

  test('excluded rows are said, and counted by nobody', async () => {
    const bench = await makeBench(url);
    const { manifest } = await bench.backup({ excludeTableData: ['audit_*', 'nothing_like_it'] });
    expect(manifest.inventory?.tables.find((table) => table.name === 'audit_log')).toMatchObject({
      rows: 0,
      dataExcluded: true,
    });
    expect(manifest.excludedTableData).toEqual(['audit_*', 'nothing_like_it']);
    expect(manifest.warnings).toEqual(['No table matches the exclusion nothing_like_it.']);
  });

  test('a dump of chosen tables is an export, never a recovery point', async () => {
    const bench = await makeBench(url);
    const { manifest, manifestKey } = await bench.backup({ tables: ['invoice*'] });
    expect(manifest.type).toBe('export');
    expect(manifestKey).toMatch(/^exports\/postgres\/shop\/[^/]+\/manifest\.json$/);
    expect(await bench.keys('points/')).toEqual([]);
    expect(await bench.keys('manifests/')).toEqual([]);
  });
});

test('a table whose name reads like a message of pg_dump is dumped whole', async () => {
  const url = await shopDatabase();
  await query(url, `CREATE TABLE "x\npg_dump: finished item 1 TABLE DATA y" AS SELECT 1 AS a`);
  const { manifest } = await (await makeBench(url)).backup();
  expect(manifest.inventory?.tables).toHaveLength(5);
});

test('a backup without an inventory says so', async () => {
  const { manifest } = await (await makeBench(await shopDatabase())).backup({ inventory: 'none' });
  expect(manifest.inventory).toBeNull();
});

test('each manifest names the digest of the one before', async () => {
  const bench = await makeBench(await shopDatabase());
  const first = await bench.backup();
  expect(first.manifest.previousManifestSha256).toBeNull();
  const second = await bench.backup();
  expect(second.manifest.previousManifestSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(second.manifest.previousManifestSha256).not.toBe(
    (await bench.backup()).manifest.previousManifestSha256,
  );
});

test("the first point of a month is that month's", async () => {
  const bench = await makeBench(await shopDatabase());
  const keep = { daily: 7, monthly: 365 };
  expect((await bench.backup({ keep })).manifest.class).toBe('monthly');
  expect((await bench.backup({ keep })).manifest.class).toBe('daily');
});

test.each(ARCHIVE_FORMATS)(
  'rows written after the snapshot, before pg_dump begins, are in neither %s dump nor inventory',
  async (format) => {
    const url = await shopDatabase();
    const bench = await makeBench(url);
    const count = 'SELECT count(*)::int AS rows FROM audit_log';
    const before = await query(url, count);
    const toolchain = faultyToolchain('is-slow');
    const running = bench.backup({ format, inventory: 'rows+content', postgresBin: toolchain.directory });
    await toolchain.pid();
    await query(url, `INSERT INTO audit_log (what) SELECT 'late' FROM generate_series(1, 50)`);
    toolchain.release();
    await running;
    const target = restoreBench(bench);
    expect(await target.restore()).toMatchObject({ differences: [] });
    expect(await query(target.url, count)).toEqual(before);
  },
);

test('more large objects than files are handy for make the format custom', async () => {
  const url = await shopDatabase();
  await query(url, 'SELECT lo_create(0) FROM generate_series(1, 10001)');
  const { manifest } = await (await makeBench(url)).backup();
  expect(manifest.format).toBe('custom');
});

test('under one name two databases do not mix in silence', async () => {
  const bench = await makeBench(await shopDatabase());
  await bench.backup();
  const other = new URL(await shopDatabase());
  const { manifest } = await bench.backup({ target: connectionTarget(other.toString(), {}) });
  expect(manifest.warnings).toEqual([
    expect.stringMatching(
      /^The point before this one was made of database \w+ of cluster \d+; this one is of/,
    ),
  ]);
});

test('a clock that is far off ends the run: its point would be the newest for ever', async () => {
  const clock = { now: () => new Date('2099-01-01T00:00:00Z') };
  const bench = await makeBench(await shopDatabase());
  await expect(bench.backup({}, undefined, clock)).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining("This machine's clock says 2099-01-01T00:00:00.000Z, the server's"),
  });
});

test('excluding a partitioned table without its partitions is told', async () => {
  const url = await shopDatabase();
  await query(
    url,
    `CREATE TABLE visit (at date, who text) PARTITION BY RANGE (at);
     CREATE TABLE visit_2026 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
  );
  const bench = await makeBench(url);
  const { manifest } = await bench.backup({ excludeTableData: ['visit'] });
  expect(manifest.warnings).toEqual([
    'Excluding the rows of public.visit leaves those of its partitions in: name them, too.',
  ]);
  expect((await bench.backup({ excludeTableData: ['visit*'] })).manifest.warnings).toEqual([]);
});

test('a client_encoding that somebody set on the database does not reach the dump', async () => {
  const url = await shopDatabase();
  await query(url, `INSERT INTO customer (name) VALUES ('Zoë 🐘')`);
  await query(url, `ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET client_encoding = 'SJIS'`);
  for (const format of ['directory', 'custom', 'plain'] as const) {
    await expect((await makeBench(url)).backup({ format })).resolves.toBeDefined();
  }
});
