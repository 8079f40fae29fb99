/** `backstop status` as an operator runs it, over a folder with real points and drills, and one thing wrong each. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { evidenceKey } from '../../lib/contract/evidence';
import { statusSchema, type Status } from '../../lib/contract/status';
import { STATUS_FILES, statusKey } from '../../lib/contract/status-pages';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { DirectoryStore } from '../../lib/runtime/directory-store';
import { s3Client } from '../../lib/runtime/s3-api';
import { S3Documents } from '../../lib/runtime/s3-documents';
import { backstop } from '../support/backstop-cli';
import { evidenceOf, putEvidence } from '../support/made-evidence';
import { manifestOf, putDump, putManifest } from '../support/made-point';
import { pointId } from '../support/made-index';
import { makeInstallation, type MadeInstallation } from '../support/made-installation';
import { tellRun } from '../support/monitor-bench';
import { emulatorEnvironment } from '../support/shared-servers';

const HOUR = 3_600_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR);

const keys = mkdtempSync(path.join(tmpdir(), 'keys-'));
const [manifestKeyFile, evidenceKeyFile] = ['manifests.pem', 'evidence.pem'].map((name) =>
  path.join(keys, name),
);
const settings = path.join(keys, 'settings.js');

beforeAll(async () => {
  for (const file of [manifestKeyFile!, evidenceKeyFile!]) await createKeyFile(file);
  const shop = {
    connection: 'elsewhere',
    keepDays: { daily: 30 },
    rpoHours: 49,
    drill: { provenWithinHours: 60 },
  };
  writeFileSync(settings, `exports.default = ${JSON.stringify({ name: 'acme', databases: { shop } })};\n`);
});

/** A folder as backups and drills leave it. */
class Folder {
  readonly path = mkdtempSync(path.join(tmpdir(), 'store-'));
  readonly store = new DirectoryStore(this.path);

  async backUp(hours: number, days = 30, changes: object = {}) {
    const point = { startedAt: hoursAgo(hours), days };
    const manifest = manifestOf(point, await putDump(this.store, point), changes);
    const key = await putManifest(this.store, await FileSigner.open(manifestKeyFile!), manifest);
    return { manifest, key, bytes: await buffer(await this.store.get(key)) };
  }

  async prove({ manifest, bytes }: Awaited<ReturnType<Folder['backUp']>>, hours: number, changes = {}) {
    const evidence = evidenceOf(manifest, bytes, hoursAgo(hours), changes);
    await putEvidence(this.store, await FileSigner.open(evidenceKeyFile!), evidence);
    return path.join(this.path, evidenceKey(evidence));
  }

  /** @returns what it ended with, and the status that it printed */
  async status(...more: string[]) {
    const { exitCode, stdout, stderr } = await this.run(
      '--json',
      '--exit-code',
      '--settings',
      settings,
      ...more,
    );
    const status: Status | undefined = stdout === '' ? undefined : statusSchema.parse(JSON.parse(stdout));
    return { exitCode, stderr, status, alarms: status?.problems.map(({ alarm }) => alarm) };
  }

  run(...more: string[]) {
    const trust = ['--signer', `file:${manifestKeyFile!}`, '--evidence-signer', `file:${evidenceKeyFile!}`];
    return backstop(['status', '--store', `file:${this.path}`, ...trust, ...more]);
  }
}

async function proven(hours = 5): Promise<Folder> {
  const folder = new Folder();
  await folder.prove(await folder.backUp(hours), hours - 1);
  return folder;
}

test('a folder with a proven point is as it should be, and says up to when it can be restored', async () => {
  const folder = await proven();
  const { exitCode, status, alarms } = await folder.status();
  expect({ exitCode, alarms }).toEqual({ exitCode: 0, alarms: [] });
  expect(status).toMatchObject({
    ...{ installation: 'acme', store: `file:${folder.path}`, nextBy: null },
    databases: [{ name: 'shop', proven: { restoreSeconds: 60 }, points: [{ state: 'valid', proven: true }] }],
  });
  const { stdout } = await folder.run();
  expect(stdout).toContain('shop');
  expect(stdout).not.toContain('\u001b');
});

test('without a proof it needs attention', async () => {
  const folder = new Folder();
  await folder.backUp(5);
  const { exitCode, status, alarms } = await folder.status();
  expect({ exitCode, alarms, proven: status?.databases[0]?.proven }).toEqual({
    ...{ exitCode: 13, alarms: ['DrillMissing'], proven: null },
  });
});

test('with an old proof it needs attention', async () => {
  const folder = await proven(70);
  await folder.backUp(2);
  const { exitCode, status } = await folder.status();
  expect(exitCode).toBe(13);
  expect(status?.problems[0]?.text).toMatch(
    /^The newest proven recovery point is 70(\.\d)? h old; at most 60 h/,
  );
});

test('with a manifest that was edited it needs attention, and the older point is the newest', async () => {
  const folder = await proven();
  const { key } = await folder.backUp(1);
  const file = path.join(folder.path, key);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('"requestedBy": "tester"', '"requestedBy": "nobody"'),
  );
  const { exitCode, status, alarms } = await folder.status();
  expect({ exitCode, alarms }).toEqual({ exitCode: 13, alarms: ['StoredDataFaulty'] });
  expect(status?.databases[0]).toMatchObject({
    points: [{ state: 'faulty', fault: expect.stringContaining('was changed') }, { proven: true }],
  });
});

test('evidence that was edited proves nothing', async () => {
  const folder = new Folder();
  const file = await folder.prove(await folder.backUp(5), 4);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"reason": "test"', '"reason": "sure"'));
  const { status, alarms } = await folder.status();
  expect(alarms).toEqual(['DrillMissing']);
  expect(status?.databases[0]?.drills).toMatchObject([{ standing: 'not believed' }]);
});

test('a proven point whose objects are gone is proven no more', async () => {
  const folder = await proven(20);
  const newer = await folder.backUp(5);
  await folder.prove(newer, 4);
  writeFileSync(path.join(folder.path, newer.manifest.files[0]!.key), '');
  const { status, alarms } = await folder.status();
  expect(alarms).toEqual(['StoredDataFaulty']);
  expect(Date.parse(status!.databases[0]!.proven!.snapshotAt)).toBeLessThan(hoursAgo(19).getTime());
});

test('a run that failed needs attention, in its own words', async () => {
  const folder = await proven();
  const failed = { database: 'shop', id: pointId(hoursAgo(1).toISOString()), at: hoursAgo(1).toISOString() };
  await tellRun(folder.store, { ...failed, event: 'started' });
  await tellRun(folder.store, { ...failed, event: 'ended', exitCode: 5, failure: '<b>no room</b>' });
  const { exitCode, status, alarms } = await folder.status();
  expect({ exitCode, alarms }).toEqual({ exitCode: 13, alarms: ['BackupFailed'] });
  expect(status?.problems[0]?.text).toContain('<b>no room</b>');
});

test('a proven point past its time is what prune keeps: it can be restored, and that is told', async () => {
  const folder = new Folder();
  await folder.prove(await folder.backUp(50, 1), 49);
  const { exitCode, status, alarms } = await folder.status();
  // Without a newest point there is none of the usual size either: so say the alarms.
  const expected = ['BackupMissing', 'BackupShrunken', 'DrillMissing'];
  expect({ exitCode, alarms }).toEqual({ exitCode: 13, alarms: expected });
  expect(status?.databases[0]).toMatchObject({
    proven: { restoreSeconds: 60 },
    points: [{ state: 'expired', held: true }],
  });
});

test('--write writes the files once, again where something changed, and again after a day', async () => {
  const folder = await proven();
  const pages = mkdtempSync(path.join(tmpdir(), 'pages-'));
  const write = () => folder.run('--write', pages);
  const json = path.join(pages, STATUS_FILES.json);
  const madeAt = () => statusSchema.parse(JSON.parse(readFileSync(json, 'utf8'))).madeAt;
  expect((await write()).exitCode).toBe(0);
  const { page, badge, markdown } = STATUS_FILES;
  expect(readdirSync(pages).sort()).toEqual([markdown, badge, page, STATUS_FILES.json].sort());
  const before = madeAt();
  await write();
  expect(madeAt()).toBe(before);
  await folder.backUp(1);
  await write();
  expect(madeAt()).not.toBe(before);
  const old = {
    ...statusSchema.parse(JSON.parse(readFileSync(json, 'utf8'))),
    madeAt: hoursAgo(25).toISOString(),
  };
  writeFileSync(json, JSON.stringify(old));
  await write();
  expect(Date.parse(madeAt())).toBeGreaterThan(hoursAgo(1).getTime());
  expect(statSync(path.join(pages, page)).size).toBeGreaterThan(1000);
});

test('a folder without a database is no good news', async () => {
  expect((await new Folder().run('--exit-code')).exitCode).toBe(13);
});

describe('of a deployed installation it tells what the monitor wrote', () => {
  let installation: MadeInstallation;
  let good: Status;

  beforeAll(async () => {
    Object.assign(process.env, emulatorEnvironment());
    installation = await makeInstallation();
    const { status } = await (await proven()).status();
    good = { ...status!, madeAt: hoursAgo(1).toISOString(), nextBy: hoursAgo(-1).toISOString() };
  });

  async function told(status: Status, ...more: string[]) {
    const client = s3Client();
    const documents = new S3Documents(installation.statusBucketName, client);
    await documents.write(statusKey('json'), Buffer.from(JSON.stringify(status)), 'application/json');
    client.destroy();
    return run('--json', '--exit-code', ...more);
  }

  const run = (...more: string[]) =>
    backstop(['status', '--installation', installation.name, ...more], emulatorEnvironment());

  test('as it is while it is fresh', async () => {
    const { exitCode, stdout } = await told(good);
    expect({ exitCode, status: statusSchema.parse(JSON.parse(stdout)) }).toEqual({
      exitCode: 0,
      status: good,
    });
  });

  test('past its time first of all that it is old, on the pages, too', async () => {
    const pages = mkdtempSync(path.join(tmpdir(), 'pages-'));
    const old = { ...good, madeAt: hoursAgo(30).toISOString(), nextBy: hoursAgo(27).toISOString() };
    const { exitCode, stdout } = await told(old, '--write', pages);
    expect(exitCode).toBe(13);
    const { problems } = statusSchema.parse(JSON.parse(stdout));
    expect(problems).toMatchObject([
      { alarm: 'MonitorSilent', text: expect.stringMatching(/^This status is 1 d 6 h old/) },
    ]);
    const written = statusSchema.parse(JSON.parse(readFileSync(path.join(pages, STATUS_FILES.json), 'utf8')));
    expect(written).toMatchObject({ nextBy: old.nextBy, problems: [{ alarm: 'MonitorSilent' }] });
  });

  test('of a database that it does not know, nothing', async () => {
    const { exitCode, stderr } = await told(good, '--database', 'web');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('It knows shop.');
  });

  test('where there is none, that', async () => {
    installation = await makeInstallation();
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(7);
    expect(stderr).toContain('There is no status yet');
  });
});
