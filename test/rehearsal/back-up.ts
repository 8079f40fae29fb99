/** Makes the recovery point that the rest is about, and looks at it. */
import assert from 'node:assert/strict';
import { humanBytes, humanSeconds } from '../../lib/contract/human';
import type { Manifest } from '../../lib/contract/manifest';
import { BACKUP_CONTAINER, backupTaskFamily } from '../../lib/contract/names';
import { auditLedger, Writer } from './ledger';
import type { Operator } from './operator';
import type { Report } from './report';
import { DATABASE, INSTALLATION, type Scene } from './scene';
import type { Stage } from './stage';

export interface BackedUp {
  readonly manifest: Manifest;
  readonly manifestKey: string;
  /** Rows that the writer inserted, updated and deleted while the backup ran. */
  readonly changes: number;
  /** In the source when the writer stopped. */
  readonly transfers: number;
  readonly seconds: number;
}

export async function backUpUnderChange(
  { operator, fargate }: Scene,
  stage: Stage,
  url: string,
): Promise<BackedUp> {
  const writer = await stage.use(Writer.start(url));
  await writer.hasBegun();
  const before = writer.changes;
  const family = backupTaskFamily(INSTALLATION, DATABASE);
  const { seconds } = await fargate.run(family, BACKUP_CONTAINER);
  const changes = writer.changes - before;
  await writer.stop();
  assert.ok(changes > 0, 'The writer changed nothing while the backup ran.');
  const { manifest, key } = await newestPoint(operator);
  return { manifest, manifestKey: key, changes, transfers: await auditLedger(url), seconds };
}

async function newestPoint(operator: Operator) {
  const { stdout } = await operator.quietly(['show', 'newest', '--json']);
  return JSON.parse(stdout) as { readonly manifest: Manifest; readonly key: string };
}

export async function lookAtIt({ operator }: Scene, backedUp: BackedUp, report: Report): Promise<void> {
  const { stdout } = await operator.backstop(['list']);
  assert.deepEqual(pointsListed(stdout), [backedUp.manifest.id]);
  const check = await operator.backstop(['check']);
  assert.match(check.stdout, /^1 valid, 0 expired, 0 with a faulty manifest/m);
  assert.match(check.stdout, /No fault found/);
  tellFigures(backedUp, report);
  report.figure('Check', humanSeconds(check.seconds));
}

function tellFigures({ manifest, changes, seconds }: BackedUp, report: Report): void {
  const { storedBytes, databaseBytes, files, inventory, server, compression } = manifest;
  const tables = inventory?.tables ?? [];
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  report.figure('Database', `${humanBytes(databaseBytes)}, PostgreSQL ${server.version}`);
  report.figure('Rows', `${rows.toLocaleString('en-US')} in ${tables.length} tables`);
  report.figure('Changed meanwhile', `${changes.toLocaleString('en-US')} rows`);
  report.figure('Stored', `${humanBytes(storedBytes)} in ${files.length} objects, ${compression}`);
  report.figure(
    'Backup',
    `${humanSeconds(seconds)}, ${humanBytes(databaseBytes / seconds)}/s of the database`,
  );
}

/** Ids in the first column of `backstop list`. */
export function pointsListed(stdout: string): string[] {
  return stdout.match(/^\d{8}T\d{6}Z-[0-9a-f]{6}(?= )/gm) ?? [];
}
