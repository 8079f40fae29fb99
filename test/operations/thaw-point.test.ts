/** A recovery point whose dump lies in an archive class: refused, or thawed and waited for. */
import type { S3Client } from '@aws-sdk/client-s3';
import { check } from '../../lib/operations/check';
import type { RestoreTools } from '../../lib/operations/restore-request';
import { systemClock } from '../../lib/runtime/clock';
import { Failure } from '../../lib/contract/failure';
import { silentReporter, type Progress } from '../../lib/runtime/reporter';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Archive } from '../../lib/runtime/s3-archive';
import { S3Store } from '../../lib/runtime/s3-store';
import { backstop } from '../support/backstop-cli';
import { adminClient, lockedBucket } from '../support/locked-bucket';
import { makeBench, type Bench } from '../support/make-backup';
import { query, TEST_PASSWORD } from '../support/postgres-cluster';
import { restoreBench } from '../support/restore-bench';
import { emulatorEnvironment } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';

let admin: S3Client;
let url: string;
let bench: Bench;
let archive: S3Archive;
beforeAll(async () => {
  admin = adminClient();
  url = await shopDatabase();
});
beforeEach(async () => {
  const bucket = await lockedBucket(admin);
  bench = await makeBench(url, new S3Store(bucket, s3Client()));
  archive = new S3Archive(bucket, s3Client());
});
afterEach(() => {
  archive.close();
});
afterAll(() => {
  admin.destroy();
});

const thaw = { days: 7, speed: 'standard' } as const;

/** Its dump is one object, in that class. */
const backUp = (storageClass: 'GLACIER' | 'DEEP_ARCHIVE') =>
  bench.backup({ format: 'custom', storageClasses: { daily: storageClass } });

function listening(onProgress: (progress: Progress) => void): Pick<RestoreTools, 'reporter'> {
  return { reporter: { ...silentReporter, progress: onProgress } };
}

test('without --thaw it is refused before anything is changed, with the hours that a thaw takes', async () => {
  const { manifest } = await backUp('GLACIER');
  const target = restoreBench(bench);
  await expect(target.restore({}, { archive })).rejects.toMatchObject({
    exitCode: 8,
    message: expect.stringMatching(
      new RegExp(`^shop ${manifest.id} cannot be read at once: it has 1 object \\(.* kB\\) in GLACIER\\.$`),
    ),
    hint: expect.stringMatching(/--thaw, which takes 3 to 5 hours \(standard\), 5 to 12 hours \(bulk\)/),
  });
  expect(await target.exists()).toBe(false);
  expect(target.scratch()).toEqual([]);
});

test('with --thaw it is thawed, waited for with progress, and restored', async () => {
  await backUp('DEEP_ARCHIVE');
  const target = restoreBench(bench);
  const thawing: Progress[] = [];
  const told = listening((progress) => progress.phase === 'thaw' && thawing.push(progress));
  const result = await target.restore({ thaw }, { archive, ...told });
  expect(result).toMatchObject({ differences: [], compared: { rows: 22600 } });
  expect(thawing[0]).toEqual({ phase: 'thaw', done: 0, total: 1, unit: 'objects' });
  expect(thawing.at(-1)).toEqual({ phase: 'thaw', done: 1, total: 1, unit: 'objects' });
  const again = restoreBench(bench);
  expect(await again.restore({}, { archive })).toMatchObject({ differences: [] });
});

test('a signal ends the waiting; the thaw goes on, and the same command later picks it up', async () => {
  await backUp('GLACIER');
  const target = restoreBench(bench);
  const stop = new AbortController();
  const told = listening(({ phase }) => {
    if (phase === 'thaw') stop.abort(new Failure('stopped', 'Stopped by SIGINT.'));
  });
  await expect(target.restore({ thaw }, { archive, signal: stop.signal, ...told })).rejects.toMatchObject({
    exitCode: 11,
    message: expect.stringContaining('0 of 1 objects can be read. Nothing was restored.'),
    hint: expect.stringContaining('Run the same command again later'),
  });
  expect(await target.exists()).toBe(false);
  await expect(target.restore({}, { archive })).rejects.toMatchObject({
    message: expect.stringContaining('1 of them thawing'),
  });
  expect(await target.restore({ thaw }, { archive })).toMatchObject({ differences: [] });
});

test('a speed that the class does not have is refused before anything is thawed', async () => {
  await backUp('DEEP_ARCHIVE');
  const expedited = { days: 1, speed: 'expedited' } as const;
  await expect(restoreBench(bench).restore({ thaw: expedited }, { archive })).rejects.toMatchObject({
    exitCode: 2,
    message: 'DEEP_ARCHIVE has no expedited thaw.',
  });
  await expect(restoreBench(bench).restore({}, { archive })).rejects.toMatchObject({
    message: expect.not.stringContaining('thawing'),
  });
});

test('an empty target that is filled while it thaws is not restored into', async () => {
  await backUp('GLACIER');
  const target = restoreBench(bench);
  const server = bench.url.replace(/\/[^/]*$/, '/postgres');
  await query(server, `CREATE DATABASE ${target.targetDatabase} TEMPLATE template0`);
  let filled: Promise<unknown> | undefined;
  const told = listening(({ phase }) => {
    if (phase === 'thaw') filled ??= query(target.url, 'CREATE TABLE meanwhile (id int)');
  });
  await expect(target.restore({ thaw }, { archive, ...told })).rejects.toMatchObject({
    exitCode: 8,
    message: expect.stringContaining('is not empty: it holds'),
  });
  await filled;
});

test('a deep check leaves it out, says so, and does not claim to have read every byte', async () => {
  const { manifest } = await backUp('GLACIER');
  const { store, signer, scratchRoot } = bench;
  const trust = { keys: await signer.trustedPublicKeys(), allowUnsigned: false };
  const signal = new AbortController().signal;
  const tools = { store, archive, trust, clock: systemClock, reporter: silentReporter, signal };
  const result = await check({ deep: true, scratchRoot }, tools);
  expect(result.bytesProvenBy).toBe('store-checksum');
  expect(result.findings).toEqual([
    {
      severity: 'note',
      kind: 'archive',
      subject: manifest.id,
      text: expect.stringMatching(/^was not read: it has 1 object .* in GLACIER/),
    },
  ]);
});

test('the command line: a drill refuses, a restore with --thaw does it', async () => {
  await backUp('GLACIER');
  const env = {
    ...emulatorEnvironment(),
    PGPASSWORD: TEST_PASSWORD,
    BACKSTOP_STORE: bench.store.url,
    BACKSTOP_PUBLIC_KEYS: bench.publicKeyFile,
    BACKSTOP_EVIDENCE_SIGNER: `file:${bench.keyFile}`,
  };
  const drilled = await backstop(['drill'], env);
  expect(drilled).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('A drill thaws nothing') });
  const target = restoreBench(bench);
  const server = bench.url.replace(`:${TEST_PASSWORD}`, '').replace(/\/[^/]*$/, '');
  const to = ['restore', 'newest', '--to', server, '--target-database', target.targetDatabase];
  expect(await backstop(to, env)).toMatchObject({ exitCode: 8, stdout: '' });
  const restored = await backstop([...to, '--thaw', '--thaw-days', '1'], env);
  expect(restored.stderr).toMatch(/Thawing .*: 1 object .* in GLACIER; it takes 3 to 5 hours/);
  expect(restored).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('no difference') });
});
