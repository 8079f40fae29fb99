/** A recovery point that is not good is never proven: each fault has its exit code and its evidence, and nothing else is left. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure } from '../../lib/contract/failure';
import type { Manifest } from '../../lib/contract/manifest';
import type { DrillRequest, DrillTools } from '../../lib/operations/drill-request';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { drillBench, NOTHING_REMAINS } from '../support/drill-bench';
import { faultyToolchain } from '../support/faulty-toolchain';
import { makeBench, type Bench } from '../support/make-backup';
import { freshDatabase } from '../support/shared-servers';
import { shopDatabase } from '../support/small-database';
import { cutShort, editManifest, flipByte, remove, signAgain } from '../support/tampering';

interface FaultyDrill {
  readonly fault: string;
  /** @default - the shop */
  readonly source?: () => Promise<string>;
  /** What is done to the stored point. @default - nothing */
  readonly harm?: (bench: Bench, manifest: Manifest, manifestKey: string) => Promise<void> | void;
  readonly request?: () => Partial<DrillRequest>;
  readonly tools?: Partial<DrillTools>;
  readonly exitCode: number;
  readonly message: RegExp;
  /** Whether the manifest was believed: then there is evidence that the drill failed. */
  readonly evidence: 'failed' | 'none';
  /** What else it must say. @default - nothing */
  readonly says?: object;
}

/** The largest object: rows of a table. */
const rowsOf = ({ files }: Manifest) => files.toSorted((a, b) => b.bytes - a.bytes)[0]!.key;
const brokenRestore = (fixture: string) => () => ({
  postgresBin: faultyToolchain(fixture, 15, 'pg_restore').directory,
});
const check = (entry: DrillRequest['checks'][number]) => () => ({ checks: [entry] });
const command = (...words: string[]) => check({ name: 'smoke', command: words, timeoutSeconds: 60 });
const in49Hours = { now: () => new Date(Date.now() + 49 * 3_600_000) };

const FAULTY_DRILLS: readonly FaultyDrill[] = [
  {
    fault: 'a byte of the dump that was changed',
    harm: ({ store }, manifest) => {
      flipByte(store, rowsOf(manifest));
    },
    ...{ exitCode: 7, message: /has the SHA-256 .*; the manifest says/, evidence: 'failed' },
  },
  {
    fault: 'an object that was cut short',
    harm: ({ store }, manifest) => {
      cutShort(store, rowsOf(manifest));
    },
    ...{ exitCode: 7, message: /has \d+ bytes; the manifest says \d+/, evidence: 'failed' },
  },
  {
    fault: 'an object that is missing',
    harm: ({ store }, manifest) => {
      remove(store, rowsOf(manifest));
    },
    ...{ exitCode: 7, message: /is missing; the manifest names it/, evidence: 'failed' },
  },
  {
    fault: 'a manifest that was edited',
    harm: ({ store }, _, key) => {
      editManifest(store, key, { storedBytes: 1 });
    },
    ...{ exitCode: 7, message: /was changed after it was signed/, evidence: 'none' },
  },
  {
    fault: 'a manifest that somebody else signed',
    harm: async ({ store }, manifest, key) => signAgain(store, key, manifest, {}, await stranger()),
    ...{ exitCode: 7, message: /is signed by the key [0-9a-f]{64}; trusted are/, evidence: 'none' },
  },
  {
    fault: 'a newest point that cannot be believed, although an older one can',
    harm: async (bench) => {
      const { manifestKey } = await bench.backup();
      editManifest(bench.store, manifestKey, { reason: 'another' });
    },
    ...{ exitCode: 7, message: /The newest recovery point cannot be believed/, evidence: 'none' },
  },
  {
    fault: 'a point that is stale',
    request: () => ({ maxAgeHours: 48 }),
    tools: { clock: in49Hours },
    ...{ exitCode: 8, message: /is stale: its snapshot is 2 d 1 h old/, evidence: 'failed' },
  },
  {
    fault: 'a database without a row',
    source: () => freshDatabase(15),
    ...{ exitCode: 10, message: /holds 0 rows in all; at least 1 are demanded/, evidence: 'failed' },
  },
  {
    fault: 'fewer rows than are demanded',
    request: () => ({ minimumRows: 22_601 }),
    ...{ exitCode: 10, message: /holds 22600 rows in all; at least 22601/, evidence: 'failed' },
  },
  {
    fault: 'a row that is lost on the way',
    request: brokenRestore('loses-a-row'),
    ...{ exitCode: 10, message: /audit_log has 99 rows, had 100/, evidence: 'failed' },
  },
  {
    fault: 'a value that is changed on the way',
    request: brokenRestore('changes-a-value'),
    ...{ exitCode: 10, message: /table public\.invoice /, evidence: 'failed' },
  },
  {
    fault: 'a dump that cannot be loaded',
    request: brokenRestore('fails-in-the-data'),
    ...{ exitCode: 9, message: /No space left on device/, evidence: 'failed' },
  },
  {
    fault: 'a restore that cannot be compared',
    request: brokenRestore('fails-when-read-again'),
    ...{ exitCode: 9, message: /loaded without an error, but it could not be compared/, evidence: 'failed' },
  },
  {
    fault: 'a restore that cannot be compared, for a reason that quotes a row',
    request: brokenRestore('quotes-a-row-when-read-again'),
    ...{ exitCode: 9, message: /could not be compared: pg_restore exited with 1\n .* type integer$/ },
    evidence: 'failed',
  },
  {
    fault: 'a query that is not true',
    request: check({ name: 'is true', sql: 'select count(*) > 5000 from invoice' }),
    ...{ exitCode: 10, message: /check "is true": is false, not true/, evidence: 'failed' },
  },
  {
    fault: 'a query that the server refuses',
    request: check({ name: 'renamed', sql: 'select true from bill' }),
    ...{ exitCode: 10, message: /check "renamed": relation "bill" does not exist/, evidence: 'failed' },
  },
  {
    fault: 'a query that cannot compute with a row',
    request: check({ name: 'cast', sql: "select ('bob.secret' || id)::int from invoice", atLeast: 1 }),
    ...{ exitCode: 10, message: /check "cast": the server refused it with SQLSTATE 22P02/ },
    evidence: 'failed',
  },
  {
    fault: 'a query out of its range',
    request: check({ name: 'invoices', sql: 'select count(*) from invoice', atLeast: 2001 }),
    ...{ exitCode: 10, message: /check "invoices": is 2000, not at least 2001/, evidence: 'failed' },
  },
  {
    fault: 'a query that writes',
    request: check({ name: 'writes', sql: "select nextval('invoice_id_seq')", atLeast: 1 }),
    ...{ exitCode: 10, message: /check "writes": .*read-only transaction/, evidence: 'failed' },
  },
  {
    fault: 'a command that fails',
    request: command('sh', '-c', 'echo no invoice today >&2; exit 3'),
    ...{ exitCode: 10, message: /check "smoke": sh exited with 3: no invoice today/, evidence: 'failed' },
  },
  {
    fault: 'a command that does not exist',
    request: command('no-such-program'),
    ...{ exitCode: 10, message: /check "smoke": no-such-program .*ENOENT/, evidence: 'failed' },
  },
  {
    fault: 'a command that hangs',
    request: check({ name: 'smoke', command: ['sleep', '600'], timeoutSeconds: 1 }),
    ...{ exitCode: 10, message: /check "smoke": did not end within 1 s/, evidence: 'failed' },
  },
  {
    fault: 'a scratch folder that does not exist',
    request: () => ({ scratchRoot: '/no/such/folder' }),
    ...{ exitCode: 2, message: /No folder can be made in \/no\/such\/folder/, evidence: 'failed' },
  },
  {
    fault: 'an extension that the server lacks',
    harm: ({ store, signer }, manifest, key) =>
      signAgain(
        store,
        key,
        manifest,
        { extensions: [{ name: 'no_such_extension', version: '1', schema: 'public' }] },
        signer,
      ),
    ...{ exitCode: 8, message: /no_such_extension/, evidence: 'failed' },
    // Named before anything is fetched.
    says: { phaseSeconds: expect.objectContaining({ fetch: 0 }) as object, restoreSeconds: 0 },
  },
];

async function stranger(): Promise<FileSigner> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'stranger-')), 'key.pem');
  await createKeyFile(file);
  return FileSigner.open(file);
}

let shop: string;
beforeAll(async () => {
  shop = await shopDatabase();
});

test.each(FAULTY_DRILLS)(
  'exit code $exitCode, evidence $evidence: $fault',
  async ({ source, harm, request, tools, exitCode, message, evidence, says }) => {
    const bench = await makeBench((await source?.()) ?? shop);
    const { manifest, manifestKey } = await bench.backup();
    await harm?.(bench, manifest, manifestKey);
    const drills = await drillBench(bench);
    await expect(drills.drill(request?.(), tools)).rejects.toMatchObject({
      exitCode,
      message: expect.stringMatching(message) as string,
    });
    expect(await drills.evidence()).toEqual(
      evidence === 'none'
        ? []
        : [
            expect.objectContaining({
              outcome: 'failed',
              exitCode,
              failure: expect.stringMatching(message) as string,
              ...says,
            }),
          ],
    );
    expect(await drills.audit()).toContainEqual(expect.objectContaining({ event: 'ended', exitCode }));
    expect(JSON.stringify([await drills.evidence(), await drills.audit()])).not.toContain('bob.secret');
    expect(drills.remains()).toEqual(NOTHING_REMAINS);
  },
);

test('exit code 11, evidence failed: a drill that is stopped while it loads', async () => {
  const bench = await makeBench(shop);
  await bench.backup();
  const drills = await drillBench(bench);
  const stop = new AbortController();
  const toolchain = faultyToolchain('hangs-in-the-data', 15, 'pg_restore');
  const running = drills.drill({ postgresBin: toolchain.directory }, { signal: stop.signal });
  const outcome = expect(running).rejects.toMatchObject({ kind: 'stopped', exitCode: 11 });
  await toolchain.pid();
  stop.abort(new Failure('stopped', 'Stopped by SIGTERM.'));
  await outcome;
  expect(await drills.evidence()).toEqual([
    expect.objectContaining({ outcome: 'failed', exitCode: 11, failure: 'Stopped by SIGTERM.' }),
  ]);
  expect(drills.remains()).toEqual(NOTHING_REMAINS);
});
