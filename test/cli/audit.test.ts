/** What an operator reads of the history: at any width, and as JSON. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { programOf } from '../../lib/cli/program';
import { Failure } from '../../lib/contract/failure';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { silentReporter } from '../../lib/runtime/reporter';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { manifestOf, putDump, putManifest } from '../support/made-point';
import { tellRun } from '../support/monitor-bench';

const NOW = new Date('2026-11-20T12:00:00Z');

async function audit(args: readonly string[], columns?: number): Promise<string> {
  let printed = '';
  const program = programOf({
    stdout: { write: (text) => (printed += text), ...(columns === undefined ? {} : { columns }) },
    environment: {},
    clock: { now: () => NOW },
    signal: new AbortController().signal,
    reporter: () => silentReporter,
    prompt: () => undefined,
  });
  await program.parseAsync(['audit', ...args], { from: 'user' });
  return printed;
}

const newStore = () => new DirectoryStore(mkdtempSync(path.join(tmpdir(), 'audit-')));
const RUN = { database: 'shop', id: '20261120T020000Z-000000' } as const;

async function told(): Promise<DirectoryStore> {
  const store = newStore();
  const who = { identity: 'arn:aws:sts::111122223333:assumed-role/shop-backup/task', osUser: 'uid 10001@ip' };
  await tellRun(store, { ...RUN, ...who, event: 'started', at: '2026-11-20T02:00:05Z' });
  await tellRun(store, { ...RUN, ...who, event: 'ended', at: '2026-11-20T02:03:20Z', exitCode: 0 });
  const restore = {
    program: 'restore',
    ...{ database: 'shop', id: '20261120T090000Z-000000', at: '2026-11-20T09:00:01Z' },
    ...{ overrides: ['--unproven'], what: 'point 1 into db.example.com/shop_2', reason: 'drill\u001b[2Jday' },
  } as const;
  await tellRun(store, { ...restore, event: 'started' });
  await tellRun(store, { ...restore, event: 'ended', exitCode: 9, failure: 'disk full' });
  await tellRun(store, { ...RUN, id: '20261120T100000Z-000000', event: 'started' });
  return store;
}

test('a pipe gets all: who, under which identity, why, what, how it ended and how long it took', async () => {
  const lines = (await audit(['--store', (await told()).url])).split('\n');
  expect(lines[0]).toMatch(/^WHEN \(UTC\) +PROGRAM +DATABASE +OUTCOME +TOOK +WHO +WHAT +WHY +RUN AS +ID$/);
  expect(lines[1]).toMatch(/^2026-11-20 10:00 +backup +shop +no end +tester +test +20261120T100000Z-000000$/);
  expect(lines[2]).toMatch(
    /^2026-11-20 09:00 +restore +shop +restore failed; overrode --unproven +1\.0 s +tester +point 1 into/,
  );
  expect(lines[3]).toMatch(
    / done +3 min 20 s +tester +test +assumed-role\/shop-backup\/task, uid 10001@ip +/,
  );
  expect(lines.at(-2)).toBe('FAILED restore 20261120T090000Z-000000: disk full');
});

test('a terminal of 80 columns loses what matters least, never outcome or override', async () => {
  const table = await audit(['--store', (await told()).url], 80);
  expect(table.split('\n')[0]).toBe('WHEN (UTC)        PROGRAM  DATABASE  OUTCOME');
  expect(table).toContain('overrode --unproven');
});

test('words that nobody signed cannot steer the terminal', async () => {
  expect(await audit(['--store', (await told()).url])).not.toContain('\u001b');
});

test('an event that cannot be read is told, and fails nothing', async () => {
  const store = await told();
  const key = 'audit/backup/shop/2026/11/20/20261120T110000Z-000000-ended.json';
  await store.put(key, Buffer.from('{'));
  expect(await audit(['--store', store.url])).toContain(`  ${key}: it is no JSON`);
});

test('JSON tells each run with all its fields', async () => {
  const json = await audit(['--store', (await told()).url, '--program', 'restore', '--json']);
  expect(JSON.parse(json)).toMatchObject({
    since: '2026-10-21T12:00:00.000Z',
    entries: [{ program: 'restore', exitCode: 9, overrides: ['--unproven'], reason: 'drill\u001b[2Jday' }],
    unreadable: [],
  });
});

test('a store that tells of nothing says so, and how to look further back', async () => {
  expect(await audit(['--store', newStore().url, '--since', '1h'])).toMatch(
    /nothing since 2026-11-20T11:00:00.000Z; --since 365d/,
  );
});

describe('--drills', () => {
  const point = { startedAt: new Date('2026-11-20T02:00:00Z') };
  let store: DirectoryStore;
  let publicKey: string;
  beforeAll(async () => {
    store = newStore();
    const keyFile = path.join(mkdtempSync(path.join(tmpdir(), 'key-')), 'key.pem');
    publicKey = await createKeyFile(keyFile);
    const signer = await FileSigner.open(keyFile);
    const manifest = manifestOf(point, await putDump(store, point));
    const bytes = await buffer(await store.get(await putManifest(store, signer, manifest)));
    const at = (hour: string) => new Date(`2026-11-20T${hour}:00:00Z`);
    const phases = {
      start: 1,
      fetch: 20,
      create: 0,
      load: 70,
      analyze: 0,
      compare: 5,
      settings: 0,
      checks: 0,
    };
    const proof = { restoreSeconds: 90, phaseSeconds: phases };
    await putEvidence(store, signer, evidenceOf(manifest, bytes, at('08'), proof));
    const failed = { outcome: 'failed', exitCode: 10, failure: '2 rows differ' } as const;
    await putEvidence(store, signer, evidenceOf(manifest, bytes, at('09'), failed));
    const forged = await FileSigner.open(await forgersKey());
    await putEvidence(store, forged, evidenceOf(manifest, bytes, at('10'), proof));
  });

  async function forgersKey(): Promise<string> {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'forger-')), 'key.pem');
    await createKeyFile(file);
    return file;
  }

  test('each drill has its measured restore time and the age of its point; a forged one has neither', async () => {
    const text = await audit(['--drills', '--store', store.url, '--evidence-key', publicKey]);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^DRILL \(UTC\) +DATABASE +POINT +POINT AGE +OUTCOME +RESTORED IN +ON +PHASES$/);
    expect(lines[1]).toMatch(/^2026-11-20 10:00 +shop +\S+ +\? +NOT BELIEVED +\? +\? +\?$/);
    expect(lines[2]).toMatch(/ 7 h +FAILED: restored, and differences were found .* throw-away/);
    expect(lines[3]).toMatch(
      / 6 h +proven +1 min 30 s +throw-away +start 1\.0 s, fetch 20 s, load 1 min 10 s, compare 5\.0 s$/,
    );
    expect(text).toContain('3 drills: 1 proven, 1 failed, 1 that prove nothing.');
  });

  test('whose evidence to believe must be said', async () => {
    // A key in the home of whoever runs this is the default of a directory store: a bucket has none.
    const asked = audit(['--drills', '--store', 's3://shop-backups']);
    await expect(asked).rejects.toMatchObject({
      kind: 'usage',
      hint: expect.stringContaining('--evidence-key'),
    });
    await expect(asked).rejects.toBeInstanceOf(Failure);
  });
});
