import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requiredRoles } from '../../lib/postgres/required-roles';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { noSigner } from '../../lib/runtime/public-key-signer';
import { awkwardDatabase } from '../support/awkward-database';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench, type Bench } from '../support/make-backup';
import { query } from '../support/postgres-cluster';
import { restoreAudit, restoreBench } from '../support/restore-bench';
import { freshDatabase, sharedMajors } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { cutShort, editManifest, flipByte, remove, signAgain } from '../support/tampering';

let shop: string;
beforeAll(async () => {
  shop = await shopDatabase();
});

async function backedUp(changes: Parameters<Bench['backup']>[0] = {}) {
  const bench = await makeBench(shop);
  return { bench, ...(await bench.backup(changes)) };
}

async function otherSigner() {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'other-')), 'key.pem');
  await createKeyFile(file);
  return FileSigner.open(file);
}

describe('a recovery point that is not what its manifest says is never loaded', () => {
  test.each([
    ['a flipped byte', flipByte, /has the SHA-256 \w+; the manifest says/],
    ['a file cut short', cutShort, /has \d+ bytes; the manifest says/],
    ['a missing file', remove, /is missing; the manifest names it/],
  ] as const)('%s is seen before pg_restore starts', async (_, damage, message) => {
    const { bench, manifest } = await backedUp();
    damage(bench.store, manifest.files.find(({ key }) => key.endsWith('toc.dat'))!.key);
    const { directory } = faultyToolchain('records-its-start', 15, 'pg_restore');
    const target = restoreBench(bench);
    await expect(target.restore({ postgresBin: directory })).rejects.toMatchObject({
      kind: 'stored-data-faulty',
      exitCode: 7,
      message: expect.stringMatching(message),
    });
    expect(existsSync(path.join(directory, 'started'))).toBe(false);
    expect(await target.exists()).toBe(false);
    expect(target.scratch()).toEqual([]);
  });

  test('the fixture does record its start, where nothing is wrong', async () => {
    const { bench } = await backedUp();
    const { directory } = faultyToolchain('records-its-start', 15, 'pg_restore');
    await restoreBench(bench).restore({ postgresBin: directory });
    expect(existsSync(path.join(directory, 'started'))).toBe(true);
  });
});

describe('a manifest that is not believed', () => {
  test('one that was edited is refused', async () => {
    const { bench, manifestKey, manifest } = await backedUp();
    editManifest(bench.store, manifestKey, { reason: 'another' });
    await expect(restoreBench(bench).restore({ point: manifest.id })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('changed after it was signed'),
    });
  });

  test('one signed by another key is refused', async () => {
    const { bench, manifestKey, manifest } = await backedUp();
    await signAgain(bench.store, manifestKey, manifest, {}, await otherSigner());
    await expect(restoreBench(bench).restore({ point: manifest.id })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('is signed by the key'),
    });
  });

  test('an unsigned one is refused, and accepted where that was chosen', async () => {
    const { bench, manifestKey, manifest } = await backedUp();
    await signAgain(bench.store, manifestKey, manifest, {}, noSigner);
    const target = restoreBench(bench);
    await expect(target.restore({ point: manifest.id })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('carries no signature'),
    });
    expect(await target.restore({}, { trust: { keys: [], allowUnsigned: true } })).toMatchObject({
      differences: [],
    });
    expect((await restoreAudit(bench)).at(-1)).toMatchObject({ exitCode: 0, overrides: ['unsigned'] });
  });

  test('one of an unknown version is refused with what to do', async () => {
    const { bench, manifestKey, manifest } = await backedUp();
    await signAgain(bench.store, manifestKey, manifest, { version: 2 }, bench.signer);
    await expect(restoreBench(bench).restore({ point: manifest.id })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('is of version 2; this Backstop reads version 1'),
      hint: expect.stringContaining('newer'),
    });
  });

  test('one with a field that is no field is refused in words', async () => {
    const { bench, manifestKey, manifest } = await backedUp();
    await signAgain(bench.store, manifestKey, manifest, { jobs: 'two' }, bench.signer);
    await expect(restoreBench(bench).restore({ point: manifest.id })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('jobs: Invalid input: expected number'),
    });
  });

  test('a true manifest of another point is refused in this place', async () => {
    const { bench, manifestKey, manifest } = await backedUp();
    const { manifest: newer } = await bench.backup();
    await signAgain(bench.store, manifestKey, newer, {}, bench.signer);
    await expect(restoreBench(bench).restore({ point: manifest.id })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('holds the manifest of another thing'),
    });
  });

  test.each([
    '../../outside',
    '/outside',
    'points/daily/postgres/shop/../../../../../../outside',
    'evidence/x',
  ])('the key %s cannot leave the folder, whoever signed it', async (key) => {
    const { bench, manifestKey, manifest } = await backedUp();
    const files = [...manifest.files, { ...manifest.files[0]!, key }];
    await signAgain(bench.store, manifestKey, manifest, { files }, bench.signer);
    const target = restoreBench(bench);
    await expect(target.restore({ point: manifest.id })).rejects.toMatchObject({ exitCode: 7 });
    expect(existsSync(path.join(target.scratchRoot, '../outside'))).toBe(false);
    expect(target.scratch()).toEqual([]);
  });
});

describe('a target that does not fit', () => {
  test('is refused where it holds something, which is named and left alone', async () => {
    const { bench } = await backedUp();
    const target = restoreBench(bench);
    await query(shop, `CREATE DATABASE ${target.targetDatabase} TEMPLATE template0`);
    await query(target.url, 'CREATE TABLE precious AS SELECT 1 AS one');
    await expect(target.restore()).rejects.toMatchObject({
      kind: 'restore-refused',
      exitCode: 8,
      message: expect.stringContaining('is not empty: it holds table public.precious'),
    });
    expect(await query(target.url, 'SELECT * FROM precious')).toEqual([{ one: 1 }]);
  });

  test('is taken where it is empty', async () => {
    const { bench } = await backedUp();
    const target = restoreBench(bench);
    await query(shop, `CREATE DATABASE ${target.targetDatabase} TEMPLATE template0`);
    expect(await target.restore()).toMatchObject({ created: false, differences: [] });
  });

  test('is refused where it has another encoding', async () => {
    const { bench } = await backedUp();
    const target = restoreBench(bench);
    await query(
      shop,
      `CREATE DATABASE ${target.targetDatabase} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`,
    );
    await expect(target.restore()).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('has the encoding LATIN1; the dump needs UTF8'),
    });
  });

  const otherMajors = sharedMajors().filter((major) => major > 15);

  test.each(otherMajors)('PostgreSQL %i takes a dump of 15, with a warning', async (major) => {
    const { bench } = await backedUp();
    const target = restoreBench(bench, await freshDatabase(major));
    const { warnings, differences } = await target.restore();
    expect(warnings).toEqual([expect.stringContaining(`the target is ${major}`)]);
    expect(differences.filter((difference) => difference.class === 'data')).toEqual([]);
  });

  test.each(otherMajors)('PostgreSQL 15 does not take a dump of %i', async (major) => {
    const bench = await makeBench(await shopDatabase(major));
    await bench.backup();
    await expect(restoreBench(bench, shop).restore()).rejects.toMatchObject({
      exitCode: 8,
      message: `The target is PostgreSQL 15; the dump is of ${major} and needs ${major} or newer.`,
    });
  });

  test('is refused where the disk for the dump is too small, with both figures', async () => {
    const { bench, manifest, manifestKey } = await backedUp();
    await signAgain(
      bench.store,
      manifestKey,
      manifest,
      { storedBytes: Number.MAX_SAFE_INTEGER },
      bench.signer,
    );
    await expect(restoreBench(bench).restore()).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringMatching(/free \(\d+ bytes\); the dump needs .* \(9007199254740991 bytes\)/),
    });
  });
});

describe('roles that the target lacks', () => {
  test('are named with the statements that make them, before anything is made', async () => {
    const { bench, manifest, manifestKey } = await backedUp();
    const policy = {
      kind: 'policy',
      identity: 'p on public.invoice',
      facts: { roles: 'PUBLIC, "odd', name: 'p' },
    };
    const catalog = [...manifest.catalog, policy];
    await signAgain(bench.store, manifestKey, manifest, { catalog }, bench.signer);
    const target = restoreBench(bench);
    await expect(target.restore()).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('lacks roles that the dump names: "odd'),
      hint: expect.stringContaining('CREATE ROLE """odd" NOLOGIN;'),
    });
    expect(await target.exists()).toBe(false);
  });

  test('cannot be asked of a format that holds none', async () => {
    const { bench } = await backedUp({ format: 'plain' });
    await expect(restoreBench(bench).restore({ owners: true })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('neither owners nor privileges'),
    });
  });

  test('are those of policies; with owners also owners, grantees and default privileges', async () => {
    const bench = await makeBench(await awkwardDatabase());
    const { manifest } = await bench.backup();
    const named = (owners: boolean) => requiredRoles(manifest, owners);
    const policyRoles = await query(
      bench.url,
      `SELECT DISTINCT pg_get_userbyid(r) AS role FROM pg_policy, unnest(polroles) r WHERE r <> 0 ORDER BY 1`,
    );
    expect(named(false)).toEqual(expect.arrayContaining(policyRoles.map(({ role }) => role)));
    expect(named(true)).toEqual(expect.arrayContaining([...named(false), 'backstop']));
    const exist = await query(bench.url, 'SELECT rolname FROM pg_roles');
    const names = exist.map(({ rolname }) => rolname);
    expect(named(true).filter((role) => !names.includes(role))).toEqual([]);
  });
});

describe('which point is meant', () => {
  test('newest passes over a faulty one and says so', async () => {
    const { bench, manifest } = await backedUp();
    const damaged = await bench.backup();
    editManifest(bench.store, damaged.manifestKey, { reason: 'another' });
    const result = await restoreBench(bench).restore();
    expect(result.manifest.id).toBe(manifest.id);
    expect(result.warnings).toEqual([expect.stringContaining('is faulty and was passed over')]);
  });

  test('newest is never an expired one; named by its id it is restored with a warning', async () => {
    const { bench, manifest, manifestKey } = await backedUp();
    await signAgain(bench.store, manifestKey, manifest, { expiresAt: '2020-01-01T00:00:00Z' }, bench.signer);
    await expect(restoreBench(bench).restore()).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining(
        'None of 1 recovery points is valid: 0 faulty or from the future, the rest expired.',
      ),
    });
    const result = await restoreBench(bench).restore({ point: manifest.id.slice(0, 20) });
    expect(result.warnings).toEqual(['The recovery point expired at 2020-01-01T00:00:00Z.']);
  });

  test('an unknown id is answered with the nearest, two databases with their names', async () => {
    const { bench, manifest } = await backedUp();
    const target = restoreBench(bench);
    await expect(target.restore({ point: '20200101T000000Z-000000' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`Nearest: ${manifest.id} (shop)`),
    });
    await bench.backup({ database: 'other' });
    await expect(target.restore()).rejects.toMatchObject({
      exitCode: 2,
      message: 'The store holds several databases: other, shop.',
    });
    await expect(target.restore({ point: '20' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('20 fits 2 recovery points'),
    });
    await expect(target.restore({ database: 'unknown' })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('holds no recovery point of unknown'),
    });
  });
});
