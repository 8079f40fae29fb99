/** What the backups cost: of a folder bytes, of a bucket USD, of settings an estimate. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CostReport } from '../../lib/cli/cost-report';
import { createKeyFile, FileSigner } from '../../lib/runtime/file-signer';
import { openStore } from '../../lib/runtime/open-store';
import { backstop } from '../support/backstop-cli';
import { adminClient } from '../support/locked-bucket';
import { objectsOf, putDump, putPoint } from '../support/made-point';
import { operatorBucket } from '../support/operator-bucket';
import { emulatorEnvironment } from '../support/shared-servers';

const day = (text: string) => ({ startedAt: new Date(`2026-11-${text}T02:00:00Z`), days: 3650 });
const home = mkdtempSync(path.join(tmpdir(), 'cost-'));
const keyFile = path.join(home, 'key.pem');
let publicKey: string;
let signer: FileSigner;

beforeAll(async () => {
  publicKey = await createKeyFile(keyFile);
  signer = await FileSigner.open(keyFile);
});

test('a folder has bytes by database and class, and no price', async () => {
  const url = `file:${path.join(home, 'store')}`;
  await putPoint(openStore(url), signer, day('18'));
  await putPoint(openStore(url), signer, day('19'));
  await putDump(openStore(url), day('20'));
  const { stdout, exitCode } = await backstop(['cost', '--store', url, '--public-key', publicKey]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^DATABASE +CLASS +POINTS +STORED\nshop +daily +2 +\d+ B$/m);
  expect(stdout).toMatch(/^dumps without a manifest +4 +\d+ B$/m);
  expect(stdout).toMatch(/^Together .* in 14 objects: a folder has no price\.$/m);
  expect(stdout).not.toContain('USD');
});

test('a bucket has what S3 asks for each class, hidden versions too; with settings it stands beside the estimate', async () => {
  adminClient().destroy();
  const bucket = await operatorBucket();
  const { url } = bucket;
  const store = openStore(url);
  const point = { ...day('18'), database: 'app' };
  await putPoint(store, signer, point);
  const [first, second] = objectsOf(point) as [string, string];
  await bucket.overwrite(first, Buffer.alloc(5));
  await bucket.hide(second);
  const args = ['cost', '--store', url, '--public-key', publicKey, '--settings', 'examples/minimal.ts'];
  const { stdout, stderr } = await backstop([...args, '--json'], emulatorEnvironment());
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as CostReport;
  expect(report.stored).toMatchObject({
    ...{ store: url, objects: 6 },
    points: [{ database: 'app', points: 1, objects: 3, storageClasses: { STANDARD: expect.any(Number) } }],
    others: { noncurrent: { objects: 2 }, documents: { objects: 1 } },
    databases: [{ database: 'app', databaseBytes: 1000, forecastBytes: null }],
  });
  expect(report.stored!.usdMonth).toBeGreaterThan(0);
  expect(report.estimate!.lines.length).toBeGreaterThan(5);
  expect(report.estimateByRealSizes!.totalUsd).toBeLessThan(report.estimate!.totalUsd);
  expect(report.compared.flatMap(({ reasons }) => reasons)).toContain(
    'databaseGigabytes is not set, 10 are assumed; the database has 0.000001 GB.',
  );
});
