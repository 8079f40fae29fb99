/** What an auditor is given: on a folder, on a bucket with Object Lock, and where the operator may not read. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { programOf } from '../../lib/cli/program';
import { complianceSchema, type Compliance } from '../../lib/contract/compliance';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { openStore } from '../../lib/runtime/open-store';
import { silentReporter } from '../../lib/runtime/reporter';
import type { Signer } from '../../lib/runtime/signer';
import type { Store } from '../../lib/runtime/store';
import { backstop } from '../support/backstop-cli';
import * as faults from '../support/fault-proxy';
import { adminClient } from '../support/locked-bucket';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { manifestOf, putDump, putManifest } from '../support/made-point';
import { tellRun } from '../support/monitor-bench';
import { operatorBucket } from '../support/operator-bucket';
import { emulatorEnvironment, sharedServers } from '../support/shared-servers';

const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR);

const home = mkdtempSync(path.join(tmpdir(), 'compliance-'));
const [keyFile, forgersFile] = ['key.pem', 'forger.pem'].map((name) => path.join(home, name));
let signer: Signer;
let forger: Signer;
let keys: string[];

beforeAll(async () => {
  const publicKey = await createKeyFile(keyFile!);
  await createKeyFile(forgersFile!);
  [signer, forger] = [await FileSigner.open(keyFile!), await FileSigner.open(forgersFile!)];
  keys = ['--public-key', publicKey, '--evidence-key', publicKey];
});

/** Two nights, of which the first was proven; a forged proof; and a restore that passed a refusal. */
async function filled(store: Store): Promise<void> {
  for (const hours of [50, 26]) {
    const point = { startedAt: ago(hours) };
    const manifest = manifestOf(point, await putDump(store, point));
    const bytes = await buffer(await store.get(await putManifest(store, signer, manifest)));
    const by = hours === 50 ? signer : forger;
    await putEvidence(store, by, evidenceOf(manifest, bytes, ago(hours - 1), { restoreSeconds: 90 }));
  }
  const run = { program: 'restore', database: 'shop', id: '20260101T090000Z-000000' } as const;
  const id = run.id.replace(
    '20260101T090000Z',
    ago(3)
      .toISOString()
      .replaceAll(/[-:]|\.\d+/g, ''),
  );
  const told = {
    ...run,
    id,
    at: ago(3).toISOString(),
    reason: 'a <b>ticket</b>\u001b[2J',
    overrides: ['--unproven'],
  };
  await tellRun(store, { ...told, event: 'started' });
  await tellRun(store, { ...told, event: 'ended', exitCode: 0, what: 'point 1 into db/shop_2' });
}

/** In this process, with its environment. @returns what was printed */
async function compliance(url: string, ...args: readonly string[]): Promise<string> {
  let printed = '';
  const program = programOf({
    stdout: { write: (text) => (printed += text) },
    ...{ environment: {}, clock: { now: () => new Date() }, signal: new AbortController().signal },
    ...{ reporter: () => silentReporter, prompt: () => undefined },
  });
  await program.parseAsync(['compliance', '--store', url, ...args], { from: 'user' });
  return printed;
}

async function reported(url: string, args: readonly string[] = keys): Promise<Compliance> {
  return complianceSchema.parse(JSON.parse(await compliance(url, ...args, '--json')));
}

const textsOf = ({ exceptions }: Compliance) => exceptions.map(({ text }) => text);

describe('a folder', () => {
  let url: string;
  beforeAll(async () => {
    url = `file:${path.join(home, 'store')}`;
    await filled(openStore(url));
  });

  test('what signed documents prove is told, and what is missing is an exception', async () => {
    const report = await reported(url);
    expect(report.classes).toEqual([
      expect.objectContaining({ database: 'shop', class: 'daily', points: 2 }),
    ]);
    expect(report.locks).toBeNull();
    expect(report.backups).toEqual([expect.objectContaining({ points: 2, rpoHours: null, slots: null })]);
    expect(report.backups![0]!.longestGapHours).toBeCloseTo(26, 1);
    expect(report.drills).toEqual([
      expect.objectContaining({
        ...{ proven: 1, failed: 0, noProof: 1 },
        restoreSeconds: { minimum: 90, median: 90, maximum: 90 },
      }),
    ]);
    expect(report.actions).toEqual([
      expect.objectContaining({
        ...{ traces: ['restore', 'override'], who: 'tester', outcome: 'done', overrides: ['--unproven'] },
        what: 'point 1 into db/shop_2',
      }),
    ]);
    expect(textsOf(report)).toEqual([
      'default encryption: a folder: what encrypts the disk is not known to Backstop',
      'Object Lock: a folder locks nothing: whoever may write to it may delete its recovery points',
      expect.stringMatching(/^Drill \S+ of \S+ is not believed: /),
    ]);
  });

  test('the page is one file whose words are no markup, and is told with the number of exceptions', async () => {
    const file = path.join(home, 'audit.html');
    const args = ['compliance', '--store', url, ...keys, '--format', 'html', '--write', file];
    const { exitCode, stdout, stderr } = await backstop(args);
    expect([exitCode, stdout, stderr]).toEqual([0, `${file}: 3 exceptions.\n`, '']);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('a &lt;b&gt;ticket&lt;/b&gt; [2J');
    expect(page).not.toMatch(/<b>|https?:|<script|\u001b/);
    expect(page).toMatch(/prefers-color-scheme: dark[\s\S]*@media print/);
  });

  test('text and Markdown say the same, and cannot steer a terminal', async () => {
    const text = await compliance(url, ...keys);
    expect(text).toMatch(/^Exceptions\n-+\n3 that do not conform/m);
    expect(text).toMatch(/ restore, override +restore +shop +tester /);
    expect(text).not.toContain('\u001b');
    const markdown = await compliance(url, ...keys, '--format', 'markdown');
    expect(markdown).toContain('## Exceptions\n\n3 that do not conform');
    expect(markdown).toContain('a \\<b\\>ticket\\</b\\> \\[2J');
  });

  test('without a key of evidence no drill is looked at, and that is an exception', async () => {
    // Elsewhere there is no default key that would be believed.
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    const report = await reported(url, ['--public-key', keys[1]!]).finally(
      () => (process.env['HOME'] = before),
    );
    expect(report.drills).toBeNull();
    expect(textsOf(report)).toContain('Nobody was named whose evidence is believed: no drill is looked at.');
  });

  test('objectives come from the settings: databases that were never backed up are told', async () => {
    const report = await reported(url, [...keys, '--settings', 'examples/gameready.ts']);
    const never = report.backups!.find(({ database }) => database !== 'shop')!;
    expect(never).toMatchObject({ points: 0, longestGapHours: null, rpoHours: expect.any(Number) });
    expect(report.exceptions).toContainEqual({
      ...{ kind: 'gap', database: never.database },
      text: 'There was no recovery point in the period, nor before it.',
    });
  });

  test('a period that is none is refused, and so is a file that cannot be written', async () => {
    await expect(compliance(url, ...keys, '--until', '2020-01-01')).rejects.toMatchObject({
      ...{ exitCode: 2, hint: expect.stringContaining('--since must lie before --until') },
    });
    const file = path.join(home, 'nowhere', 'a.html');
    const written = compliance(url, ...keys, '--write', file);
    await expect(written).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(file) });
    expect(existsSync(file)).toBe(false);
  });
});

describe('a bucket', () => {
  let url: string;
  let proxy: faults.FaultProxy;
  beforeAll(async () => {
    adminClient().destroy();
    ({ url } = await operatorBucket(7));
    await filled(openStore(url));
    proxy = await faults.startFaultProxy(sharedServers().emulator);
  });
  afterEach(() => {
    proxy.clear();
  });
  afterAll(() => proxy.stop());

  async function reportedByProcess(store: string): Promise<Compliance> {
    const args = ['compliance', '--store', store, ...keys, '--json'];
    const { exitCode, stdout, stderr } = await backstop(args, emulatorEnvironment());
    expect([exitCode, stderr]).toEqual([0, '']);
    return complianceSchema.parse(JSON.parse(stdout));
  }

  test('its protection is read from AWS, and each point whose lock is too short is an exception', async () => {
    const report = await reportedByProcess(url);
    expect(report.retention).toContainEqual(
      expect.objectContaining({ state: 'seen', text: "governance mode, 7 days from an object's birth" }),
    );
    expect(report.locks).toMatchObject({ points: 2, objects: 10, objectsOfEachPoint: null });
    expect(
      textsOf(report).filter((text) => /: 5 objects are locked until \S+ only; promised/.test(text)),
    ).toHaveLength(2);
    expect(textsOf(report)).toContain(
      'encryption in transit: no statement of the policy refuses requests without TLS',
    );
  });

  test.each<[string, RegExp, string]>([
    [
      'the bucket',
      /\?(versioning|encryption|object-lock|policy)/,
      'versioning could not be read: access denied',
    ],
    ['locks', /\?retention|&retention/, 'locks could not be read: lock of s3://'],
    ['evidence', /prefix=evidence/, 'evidence could not be read: list of s3://'],
    ['the audit', /prefix=audit/, 'audit could not be read: list of s3://'],
    ['manifests', /prefix=manifests/, 'manifests could not be read: list of s3://'],
  ])('%s that may not be read: could not be read, never as it should be', async (_, requests, exception) => {
    proxy.fail({ url: requests }, faults.refuse(403, 'AccessDenied'));
    Object.assign(process.env, { AWS_ENDPOINT_URL: proxy.endpoint });
    const report = await reported(url).finally(() => Object.assign(process.env, emulatorEnvironment()));
    expect(textsOf(report)).toContainEqual(expect.stringContaining(exception));
  });
});
