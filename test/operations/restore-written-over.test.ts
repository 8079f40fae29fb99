/** Objects of a recovery point in a bucket that somebody wrote over: a restore finds the locked originals below. */
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Manifest } from '../../lib/contract/manifest';
import { check } from '../../lib/operations/check';
import { provenState } from '../../lib/operations/proven';
import { systemClock } from '../../lib/runtime/clock';
import { openStore, openVersions } from '../../lib/runtime/open-store';
import { silentReporter, type Progress } from '../../lib/runtime/reporter';
import type { Versions } from '../../lib/runtime/versions';
import { backstop } from '../support/backstop-cli';
import { drillBench } from '../support/drill-bench';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { makeBench, type Bench } from '../support/make-backup';
import { operatorBucket, type OperatorBucket } from '../support/operator-bucket';
import { TEST_PASSWORD } from '../support/postgres-cluster';
import { restoreBench, type RestoreBench } from '../support/restore-bench';
import { emulatorEnvironment } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { edited, flipByte, signedBy } from '../support/tampering';

let shop: string;
let bucket: OperatorBucket;
let bench: Bench;
let versions: Versions;
let manifest: Manifest;
let manifestKey: string;
let target: RestoreBench;
beforeAll(async () => {
  shop = await shopDatabase();
});
beforeEach(async () => {
  bucket = await operatorBucket(7);
  bench = await makeBench(shop, openStore(bucket.url));
  versions = openVersions(bucket.url)!;
  ({ manifest, manifestKey } = await bench.backup());
  target = restoreBench(bench);
});
afterEach(async () => {
  versions.close();
  await bench.store.close();
});

/** Rows of a table. */
const largest = () => manifest.files.toSorted((a, b) => b.bytes - a.bytes)[0]!;
const stored = async (key: string) => buffer(await bench.store.get(key));

async function flipStored(key: string): Promise<void> {
  const bytes = await stored(key);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await bucket.overwrite(key, bytes);
}

/** Versions that tell which of them were fetched. */
function fetched() {
  const asked: string[] = [];
  const listening: Versions = {
    all: (key) => versions.all(key),
    get: (key, ...rest) => {
      asked.push(key);
      return versions.get(key, ...rest);
    },
    close: () => undefined,
  };
  return { asked, listening };
}

const USED = /was written over: .* Its older version \S+ of 20\S+Z is what was signed, and was used\.$/s;

describe('an object that was written over is restored from the version that was signed', () => {
  test.each([
    ['a flipped byte', async (key: string) => flipStored(key)],
    ['garbage of the same size', async (key: string) => bucket.overwrite(key, randomBytes(largest().bytes))],
    ['garbage that is shorter', async (key: string) => bucket.overwrite(key, Buffer.from('gone'))],
    ['far more than there was', async (key: string) => bucket.overwrite(key, randomBytes(3_000_000))],
    [
      'garbage above a delete marker, hidden once more',
      async (key: string) => {
        await bucket.hide(key);
        // As whoever may only add can: a delete marker counts for nothing here.
        await bench.store.put(key, randomBytes(largest().bytes));
        await bucket.hide(key);
      },
    ],
    [
      'one forgery above the other',
      async (key: string) => {
        await flipStored(key);
        await bucket.overwrite(key, randomBytes(largest().bytes));
      },
    ],
  ] as const)('%s', async (_, harm) => {
    const { key } = largest();
    await harm(key);
    const result = await target.restore({}, { versions });
    expect(result).toMatchObject({ differences: [], compared: { rows: 22600 } });
    expect(result.warnings).toEqual([expect.stringMatching(USED)]);
    expect(result.warnings[0]).toContain(key);
    expect(target.scratch()).toEqual([]);
  });

  test('at once: the original is the oldest, and what lies between is not fetched', async () => {
    const { key } = largest();
    for (let above = 0; above < 3; above += 1) await bucket.overwrite(key, randomBytes(largest().bytes));
    const { asked, listening } = fetched();
    await target.restore({}, { versions: listening });
    expect(asked).toEqual([key]);
  });

  test('its bytes count once for the progress', async () => {
    await flipStored(largest().key);
    const fetching: Progress[] = [];
    const progress = (told: Progress) => told.phase === 'fetch' && fetching.push(told);
    await target.restore({}, { versions, reporter: { ...silentReporter, progress } });
    expect(fetching.at(-1)).toMatchObject({ done: manifest.storedBytes, total: manifest.storedBytes });
  });

  test('also where single tables are restored', async () => {
    await flipStored(manifest.files.find(({ key }) => key.endsWith('toc.dat'))!.key);
    const { warnings, differences } = await target.restoreTables(['invoice'], {}, { versions });
    expect(differences).toEqual([]);
    expect(warnings).toContainEqual(expect.stringMatching(USED));
  });

  test('also the roles that a restore makes', async () => {
    await flipStored(manifest.files.find(({ key }) => key.endsWith('globals.sql'))!.key);
    const { warnings } = await target.restore({ globals: true }, { versions });
    expect(warnings).toContainEqual(expect.stringMatching(USED));
  });
});

describe('what cannot be found again is refused as before', () => {
  test('where every version is bad, with what was tried', async () => {
    const { key } = largest();
    const never = { ...largest(), sha256: 'f'.repeat(64) };
    const files = manifest.files.map((file) => (file.key === key ? never : file));
    await bucket.overwrite(manifestKey, await signedBy(bench.signer, manifest, { files }));
    await flipStored(key);
    await expect(target.restore({}, { versions })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringMatching(
        /has the SHA-256 .*\n  Its older version \S+ of \S+ is no better: .*SHA-256/,
      ),
      hint: expect.stringContaining('Choose another recovery point'),
    });
    expect(await target.exists()).toBe(false);
    expect(target.scratch()).toEqual([]);
  });

  test('where no other version has the right size, none is fetched', async () => {
    const { key } = largest();
    await bucket.overwrite(key, Buffer.from('gone'));
    await bucket.overwrite(key, Buffer.from('lost'));
    const { asked, listening } = fetched();
    const none = { ...listening, all: async (of: string) => (await versions.all(of)).slice(0, 2) };
    await expect(target.restore({}, { versions: none })).rejects.toMatchObject({
      exitCode: 7,
      message: `${key} has 4 bytes; the manifest says ${largest().bytes}.`,
    });
    expect(asked).toEqual([]);
  });

  test('where the original lies in an archive class, with the version that must be thawed', async () => {
    const archived = await bench.backup({ format: 'custom', storageClasses: { daily: 'GLACIER' } });
    const { key, bytes } = archived.manifest.files.toSorted((a, b) => b.bytes - a.bytes)[0]!;
    const [original] = await versions.all(key);
    await bucket.overwrite(key, randomBytes(bytes));
    await expect(target.restore({ point: archived.manifest.id }, { versions })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringMatching(new RegExp(`older version ${original!.versionId} .*InvalidObjectState`)),
    });
  });

  test('in a directory, which keeps no versions', async () => {
    const inFolder = await makeBench(shop);
    const { manifest: there } = await inFolder.backup();
    flipByte(inFolder.store, there.files[0]!.key);
    const outcome = restoreBench(inFolder).restore({}, { versions: openVersions(inFolder.store.url) });
    await expect(outcome).rejects.toMatchObject({ exitCode: 7, message: expect.stringContaining('SHA-256') });
  });
});

describe('a manifest that was written over', () => {
  const forge = async () => {
    await bucket.overwrite(manifestKey, edited(await stored(manifestKey), { reason: 'another' }));
  };

  test.each(['newest', 'by its id'])('is taken from the version that is believed: %s', async (how) => {
    await forge();
    const point = how === 'newest' ? how : manifest.id;
    const result = await target.restore({ point }, { versions });
    expect(result).toMatchObject({ manifest: { reason: 'test' }, differences: [] });
    expect(result.warnings).toEqual([expect.stringMatching(USED)]);
    expect(result.warnings[0]).toContain(manifestKey);
  });

  test('is refused where none is believed', async () => {
    await forge();
    const trust = { keys: [], allowUnsigned: false };
    await expect(target.restore({ point: manifest.id }, { versions, trust })).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('is no better'),
    });
  });

  test('still counts as proven by a drill of the original', async () => {
    const { store, signer } = bench;
    const trust = { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
    await putEvidence(store, signer, evidenceOf(manifest, await stored(manifestKey), new Date()));
    await forge();
    const state = (tools: object) =>
      provenState(manifest, manifestKey, { store, evidenceTrust: trust, ...tools });
    expect(await state({})).toBe('unproven');
    expect(await state({ trust, versions })).toBe('proven');
  });
});

test('a check and a drill do not look below: a point that was written over is faulty', async () => {
  await flipStored(largest().key);
  const { store, signer, scratchRoot } = bench;
  const trust = { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
  const signal = new AbortController().signal;
  const tools = { store, trust, clock: systemClock, reporter: silentReporter, signal };
  const { findings } = await check({ deep: true, scratchRoot }, tools);
  expect(findings).toContainEqual(expect.objectContaining({ severity: 'fault', subject: largest().key }));
  await expect((await drillBench(bench)).drill()).rejects.toMatchObject({ exitCode: 7 });
});

test('the command line: restore warns and restores, check and drill end with exit code 7', async () => {
  await flipStored(largest().key);
  const env = {
    ...emulatorEnvironment(),
    PGPASSWORD: TEST_PASSWORD,
    BACKSTOP_STORE: bench.store.url,
    BACKSTOP_PUBLIC_KEYS: bench.publicKeyFile,
    BACKSTOP_EVIDENCE_SIGNER: `file:${bench.keyFile}`,
  };
  expect(await backstop(['check'], env)).toMatchObject({ exitCode: 7 });
  expect(await backstop(['drill'], env)).toMatchObject({ exitCode: 7 });
  const server = bench.url.replace(`:${TEST_PASSWORD}`, '').replace(/\/[^/]*$/, '');
  const to = ['--to', server, '--target-database', target.targetDatabase];
  const restored = await backstop(['restore', 'newest', ...to, '--json'], env);
  expect(restored).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('was written over') });
  expect(JSON.parse(restored.stdout)).toMatchObject({ warnings: [expect.stringMatching(USED)] });
});
