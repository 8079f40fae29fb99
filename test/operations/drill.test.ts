/** A recovery point that is good is proven, and nothing of the proof is left but its evidence. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DRILL_PHASES } from '../../lib/contract/evidence';
import { ARCHIVE_FORMATS } from '../../lib/contract/manifest';
import { S3Store } from '../../lib/runtime/s3-store';
import { s3Client } from '../../lib/runtime/s3-api';
import { openSigner } from '../../lib/runtime/open-signer';
import { awkwardDatabase } from '../support/awkward-database';
import { drillBench, NOTHING_REMAINS } from '../support/drill-bench';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { fileOf } from '../support/tampering';

describe.each(sharedMajors())('PostgreSQL %i', (major) => {
  test.each(ARCHIVE_FORMATS)('a %s point is proven in a server of its own major', async (format) => {
    const bench = await makeBench(await shopDatabase(major));
    const { manifest } = await bench.backup({ format });
    const drills = await drillBench(bench);
    const checks = [{ name: 'invoices', sql: 'select count(*) from invoice', atLeast: 2000 }];
    const { evidence } = await drills.drill({ checks });
    expect(evidence).toMatchObject({
      outcome: 'proven',
      exitCode: 0,
      failure: null,
      point: manifest.id,
      snapshotAt: manifest.snapshotAt,
      target: 'throw-away',
      serverVersion: expect.stringMatching(new RegExp(`^${major}\\.`)) as string,
      compared: { tables: 4, rows: 22600, sequences: 2, content: 'copy' },
      differences: [],
      warnings: [],
    });
    for (const phase of DRILL_PHASES)
      expect([phase, evidence.phaseSeconds[phase] > 0]).toEqual([phase, true]);
    expect(await drills.evidence()).toEqual([evidence]);
    expect(drills.remains()).toEqual(NOTHING_REMAINS);
  });
});

test.each(sharedMajors())('a schema full of oddities of PostgreSQL %i is proven', async (major) => {
  const bench = await makeBench(await awkwardDatabase(major));
  await bench.backup({ inventory: 'rows+content' });
  const { evidence } = await (await drillBench(bench)).drill();
  expect(evidence).toMatchObject({ outcome: 'proven', compared: { content: 'hash' } });
});

test('a point without an inventory is proven by the rows of its archive', async () => {
  const bench = await makeBench(await shopDatabase());
  await bench.backup({ inventory: 'none' });
  const { evidence } = await (await drillBench(bench)).drill({ minimumRows: 22_600 });
  expect(evidence).toMatchObject({
    outcome: 'proven',
    compared: { tables: 4, rows: 22_600, content: 'copy' },
  });
});

async function backedUpShop() {
  const bench = await makeBench(await shopDatabase());
  const { manifest } = await bench.backup();
  return { bench, manifest, drills: await drillBench(bench) };
}

test('a point in a bucket is proven, and its evidence lies beside it, locked', async () => {
  const admin = adminClient();
  const store = new S3Store(await lockedBucket(admin), s3Client());
  const bench = await makeBench(await shopDatabase(), store);
  const { manifest } = await bench.backup();
  const drills = await drillBench(bench);
  const { evidence, evidenceKey } = await drills.drill();
  expect(evidence).toMatchObject({ outcome: 'proven', point: manifest.id });
  expect(evidenceKey).toBe(`evidence/postgres/shop/${manifest.id}/${evidence.id}.json`);
  expect(await store.head(evidenceKey)).toMatchObject({ lockedUntil: expect.any(Date) as Date });
  expect(await drills.evidence()).toEqual([evidence]);
  await store.close();
});

test('roles that the server lacks are made for the drill, and owners and privileges compared', async () => {
  const url = await shopDatabase();
  const role = `app_${randomBytes(4).toString('hex')}`;
  await query(
    url,
    `CREATE ROLE ${role} LOGIN; ALTER TABLE invoice OWNER TO ${role}; GRANT SELECT ON customer TO ${role};
     ALTER TABLE customer ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON customer TO ${role} USING (id > 0)`,
  );
  const bench = await makeBench(url);
  await bench.backup();
  const drills = await drillBench(bench);
  const checks = [
    { name: 'owner', sql: `select tableowner = '${role}' from pg_tables where tablename = 'invoice'` },
    { name: 'grant', sql: `select has_table_privilege('${role}', 'customer', 'select')` },
    { name: 'no login', sql: `select not rolcanlogin from pg_roles where rolname = '${role}'` },
  ];
  const { evidence } = await drills.drill({ checks });
  expect(evidence).toMatchObject({ outcome: 'proven', differences: [], warnings: [] });
  expect(evidence.checks.map(({ name, passed }) => [name, passed])).toEqual([
    ['owner', true],
    ['grant', true],
    ['no login', true],
  ]);
});

test('a command gets the database, an empty folder, and nothing else of our environment', async () => {
  const { drills } = await backedUpShop();
  const told = path.join(mkdtempSync(path.join(tmpdir(), 'told-')), 'told.json');
  const program = `
    const { readdirSync, writeFileSync } = require('node:fs');
    writeFileSync(${JSON.stringify(told)}, JSON.stringify({ env: process.env, cwd: process.cwd(), files: readdirSync('.') }));
    console.log('first line'); console.log(process.env.DATABASE_URL, process.env.PGPASSWORD);`;
  process.env['AWS_SECRET_ACCESS_KEY'] = 'testing';
  const checks = [
    { name: 'tells', command: [process.execPath, '-e', program], timeoutSeconds: 60 },
    {
      name: 'asks',
      command: ['sh', '-c', 'exec psql -X -A -t -c "select count(*) from invoice" "$DATABASE_URL"'],
      timeoutSeconds: 60,
    },
  ];
  const { evidence } = await drills.drill({ checks });
  const { env, cwd, files } = JSON.parse(readFileSync(told, 'utf8')) as {
    env: Record<string, string>;
    cwd: string;
    files: string[];
  };
  expect(Object.keys(env).filter((name) => !/^(PATH|HOME|LANG|DATABASE_URL|PG[A-Z_]+)$/.test(name))).toEqual(
    [],
  );
  expect(cwd).toContain(drills.scratchRoot);
  expect(files).toEqual([]);
  expect(evidence.checks).toMatchObject([
    { passed: true, text: expect.stringMatching(/^postgres:\/\/drill_[0-9a-f]+:…@127\.0\.0\.1:\d+\/\S+ …$/) },
    { passed: true, text: '2000' },
  ]);
  expect(JSON.stringify(evidence)).not.toContain(env['PGPASSWORD']);
});

test('a run is told in the audit from its beginning to its end, with who ran it and what it proved', async () => {
  const { drills, manifest } = await backedUpShop();
  const caller = { identity: 'arn:aws:sts::123456789012:assumed-role/drill/task', osUser: 'uid 10001@task' };
  const { evidence } = await drills.drill({}, { caller });
  const what = `point ${manifest.id}`;
  const of = { program: 'drill', database: 'shop', id: evidence.id };
  const told = { ...of, who: 'tester', reason: 'test', what, ...caller };
  expect(await drills.audit()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...told, event: 'started' }),
      expect.objectContaining({ ...told, event: 'ended', exitCode: 0 }),
    ]),
  );
});

test('the only database of a store needs no name', async () => {
  const { drills, manifest } = await backedUpShop();
  const { database, ...unnamed } = { ...drills.request, point: manifest.id.slice(0, 16) };
  expect(database).toBe('shop');
  expect(await drills.drillAs(unnamed)).toMatchObject({ evidence: { outcome: 'proven', database: 'shop' } });
});

test('a proof that cannot be stored is none', async () => {
  const { bench, drills } = await backedUpShop();
  writeFileSync(fileOf(bench.store, 'evidence'), 'a file where the folder would be');
  await expect(drills.drill()).rejects.toMatchObject({ kind: 'store-failed', exitCode: 6 });
  expect(drills.remains()).toEqual(NOTHING_REMAINS);
});

test('a signer that cannot sign is refused before a server is started', async () => {
  const { drills } = await backedUpShop();
  const evidenceSigner = await openSigner(`public:${drills.evidencePublicKeyFile}`);
  const servers = {
    kind: 'throw-away' as const,
    with: () => Promise.reject(new Error('a server was asked for')),
  };
  await expect(drills.drill({}, { evidenceSigner, servers })).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('cannot sign') as string,
  });
});
